package apus.openai.hub;

import static apus.openai.hub.FakeHub.COMMIT;
import static apus.openai.hub.FakeHub.REPOSITORY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Caches as the HuggingFace tools leave them. */
final class HubCacheTest {
    private static final String OTHER = "89abcdef0123456789abcdef0123456789abcdef";

    @TempDir Path root;

    /** Blob, link and all, as huggingface_hub writes them. */
    private void cached(String commit, String name, String content) throws IOException {
        Path folder = root.resolve("models--org--name");
        String hash = FakeHub.gitSha1(content.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        Path blob = folder.resolve("blobs").resolve(hash);
        Files.createDirectories(blob.getParent());
        Files.writeString(blob, content);
        Path link = folder.resolve("snapshots").resolve(commit).resolve(name);
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, Path.of("..", "..", "blobs", hash));
    }

    private void ref(String name, String commit) throws IOException {
        Path ref = root.resolve("models--org--name/refs").resolve(name);
        Files.createDirectories(ref.getParent());
        Files.writeString(ref, commit);
    }

    private void model(String commit) throws IOException {
        cached(commit, "config.json", "{}");
        cached(commit, "tokenizer.json", "{\"model\": {}}");
        cached(commit, "model.safetensors", "weights of " + commit);
    }

    private Optional<Path> complete(String revision) {
        return new HubCache(root).complete(REPOSITORY, new Revision(revision), Needs.MODEL);
    }

    private List<String> missing() {
        Path snapshot = root.resolve("models--org--name/snapshots").resolve(COMMIT);
        return new HubCache(root).missing(REPOSITORY, snapshot, Needs.MODEL);
    }

    @Test
    void branchTagPullRequestAndCommitLeadToTheirSnapshots() throws IOException {
        model(COMMIT);
        model(OTHER);
        ref("main", COMMIT);
        ref("v2.0", OTHER);
        ref("refs/pr/1", OTHER);

        Path snapshots = root.resolve("models--org--name/snapshots");
        assertEquals(Optional.of(snapshots.resolve(COMMIT)), complete("main"));
        assertEquals(Optional.of(snapshots.resolve(OTHER)), complete("v2.0"));
        assertEquals(Optional.of(snapshots.resolve(OTHER)), complete("refs/pr/1"));
        assertEquals(Optional.of(snapshots.resolve(COMMIT)), complete(COMMIT));
        assertEquals(Optional.empty(), complete("v3.0"));
        assertEquals("{}", Files.readString(complete("main").orElseThrow().resolve("config.json")));
    }

    @Test
    void offlinePullUsesWhatAnotherToolFetched() throws IOException {
        model(COMMIT);
        ref("main", COMMIT);

        assertEquals(
                root.resolve("models--org--name/snapshots").resolve(COMMIT),
                offline().pull(REPOSITORY, Revision.MAIN, Needs.MODEL));
    }

    @Test
    void offlinePullOfAnythingElseSaysWhatIsMissing() throws IOException {
        assertEquals(
                "org/name at revision main is not there in "
                        + root
                        + ", and HF_HUB_OFFLINE forbids to fetch it",
                offlineFailure());

        cached(COMMIT, "config.json", "{}");
        ref("main", COMMIT);
        assertEquals(
                "org/name at revision main lacks tokenizer.json, model.safetensors in "
                        + root
                        + ", and HF_HUB_OFFLINE forbids to fetch it",
                offlineFailure());
    }

    private Hub offline() {
        return new Hub(
                new HubOptions(
                        URI.create("http://127.0.0.1:1"),
                        Optional.empty(),
                        root,
                        true,
                        1,
                        Quick.PATIENCE),
                Progress.SILENT);
    }

    private String offlineFailure() {
        return assertThrows(
                        HubException.class,
                        () -> offline().pull(REPOSITORY, Revision.MAIN, Needs.MODEL))
                .getMessage();
    }

    @Test
    void shardsAreWantedAsTheIndexNamesThem() throws IOException {
        cached(COMMIT, "config.json", "{}");
        cached(COMMIT, "tokenizer.json", "{}");
        assertEquals(List.of("model.safetensors"), missing());

        cached(
                COMMIT,
                "model.safetensors.index.json",
                "{\"weight_map\": {\"a\": \"x-1.safetensors\", \"b\": \"x-2.safetensors\", \"c\": \"x-1.safetensors\"}}");
        cached(COMMIT, "x-1.safetensors", "1");
        assertEquals(List.of("x-2.safetensors"), missing());

        cached(COMMIT, "x-2.safetensors", "2");
        assertEquals(List.of(), missing());
    }

    @Test
    void linkToAMissingBlobIsNoFile() throws IOException {
        model(COMMIT);
        Path link = root.resolve("models--org--name/snapshots/" + COMMIT + "/config.json");
        Files.delete(link.getParent().resolve(Files.readSymbolicLink(link)));

        assertEquals(List.of("config.json"), missing());
    }

    @Test
    void blobThatIsItselfALinkCounts() throws IOException {
        // Newer tools keep blobs once for all repositories: CACHE/blobs/AB/HASH.
        cached(COMMIT, "config.json", "{}");
        cached(COMMIT, "tokenizer.json", "{}");
        Path shared = root.resolve("blobs/ab/abcdef");
        Files.createDirectories(shared.getParent());
        Files.writeString(shared, "weights");
        Path blob = root.resolve("models--org--name/blobs/0000");
        Files.createSymbolicLink(blob, Path.of("../../blobs/ab/abcdef"));
        Files.createSymbolicLink(
                root.resolve("models--org--name/snapshots/" + COMMIT + "/model.safetensors"),
                Path.of("../../blobs/0000"));

        assertEquals(List.of(), missing());
    }

    @Test
    void fileKnownNotToExistIsNotMissing() throws IOException {
        cached(COMMIT, "config.json", "{}");
        cached(COMMIT, "model.safetensors", "weights");
        assertEquals(List.of("tokenizer.json"), missing());

        Path marker = root.resolve("models--org--name/.no_exist/" + COMMIT + "/tokenizer.json");
        Files.createDirectories(marker.getParent());
        Files.createFile(marker);
        assertEquals(List.of(), missing());
    }

    @Test
    void refThatIsNoCommitLeadsNowhere() throws IOException {
        model(COMMIT);
        for (String ref : List.of("../../..", "", "main", "/etc", "x".repeat(10_000))) {
            ref("main", ref);

            assertEquals(Optional.empty(), complete("main"), ref);
        }
        ref("main", COMMIT + "\n");
        assertTrue(complete("main").isPresent());
    }

    @Test
    void revisionsAreSafeAsPaths() {
        for (String revision : List.of("main", "v1.0", "refs/pr/12", "feature/x_y-z", COMMIT)) {
            assertTrue(Revision.parse(revision).isPresent(), revision);
        }
        for (String revision :
                List.of("", "..", "../x", "a/../b", "/x", "x/", "a//b", ".hidden", "a/.b", "a b")) {
            assertEquals(Optional.empty(), Revision.parse(revision), revision);
        }
    }

    @Test
    void repositoriesHaveTwoPlainParts() {
        assertEquals(
                Optional.of(new Repository("meta-llama", "Llama-2-7b-chat-hf")),
                Repository.parse("meta-llama/Llama-2-7b-chat-hf"));
        for (String id :
                List.of("gpt2", "a/b/c", "../b", "a/..", "/b", "a/", "a b/c", "a/b@main")) {
            assertEquals(Optional.empty(), Repository.parse(id), id);
        }
    }
}
