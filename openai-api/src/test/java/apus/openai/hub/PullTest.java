package apus.openai.hub;

import static apus.openai.hub.FakeHub.COMMIT;
import static apus.openai.hub.FakeHub.REPOSITORY;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.runtime.Engine;
import apus.runtime.EngineOptions;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class PullTest {
    private static final Set<String> NEEDED =
            Set.of(
                    "config.json",
                    "generation_config.json",
                    "tokenizer.json",
                    "tokenizer_config.json",
                    "model.safetensors.index.json",
                    "model-00001-of-00003.safetensors",
                    "model-00002-of-00003.safetensors",
                    "model-00003-of-00003.safetensors");

    @TempDir Path cache;
    private final FakeHub hub = FakeHub.of("llama2-gqa-sharded");
    private final Quick progress = new Quick();

    @AfterEach
    void close() throws IOException {
        hub.close();
    }

    private Path pull(Revision revision, Needs needs) {
        return new Hub(hub.options(cache), progress).pull(REPOSITORY, revision, needs);
    }

    private Path pull() {
        return pull(Revision.MAIN, Needs.MODEL);
    }

    private static Set<String> names(Path folder) throws IOException {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.map(p -> p.getFileName().toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    @Test
    void pulledFolderOpensAsAModel() {
        Path folder = pull();

        try (Engine engine =
                Engine.open(folder, EngineOptions.builder().threads(1).kernels("scalar").build())) {
            long stored = 0;
            for (String name : NEEDED) {
                stored += name.endsWith(".safetensors") ? hub.get(name).length : 0;
            }
            assertEquals(stored, engine.model().weightBytes());
            assertFalse(engine.tokenizer().encode("Hello", false).length == 0);
        }
    }

    @Test
    void exactlyWhatIsNeededIsFetched() throws IOException {
        Path folder = pull();

        assertEquals(new TreeSet<>(NEEDED), names(folder));
        for (String name : NEEDED) {
            assertArrayEquals(hub.get(name), Files.readAllBytes(folder.resolve(name)), name);
        }
        Set<String> asked =
                hub.requests().stream()
                        .map(r -> r.path().substring(r.path().lastIndexOf('/') + 1))
                        .collect(Collectors.toSet());
        asked.remove("main");
        assertEquals(NEEDED, asked);
        assertEquals(NEEDED.size(), progress.done.size(), progress.done.toString());
    }

    @Test
    void layoutIsTheDocumentedOne() throws IOException {
        Path folder = pull();

        Path repository = cache.resolve("models--org--name");
        assertEquals(repository.resolve("snapshots").resolve(COMMIT), folder);
        assertEquals(COMMIT, Files.readString(repository.resolve("refs/main")));
        assertEquals(
                Path.of("../../blobs", FakeHub.gitSha1(hub.get("config.json"))),
                Files.readSymbolicLink(folder.resolve("config.json")));
        String weights = "model-00001-of-00003.safetensors";
        assertEquals(
                Path.of("../../blobs", FakeHub.sha256(hub.get(weights))),
                Files.readSymbolicLink(folder.resolve(weights)));
        assertEquals(NEEDED.size(), names(repository.resolve("blobs")).size());
        assertTrue(
                names(cache.resolve(".locks/models--org--name"))
                        .contains(FakeHub.sha256(hub.get(weights)) + ".lock"));
        assertEquals(Set.of("blobs", "refs", "snapshots"), names(repository));
    }

    @Test
    void secondPullAsksOnlyForTheNewestCommit() {
        pull();
        int before = hub.requests().size();

        pull();

        assertEquals(before + 1, hub.requests().size());
        assertTrue(hub.requests().getLast().path().endsWith("/revision/main"));
    }

    @Test
    void commitThatIsThereNeedsNoHub() {
        Path folder = pull();
        int before = hub.requests().size();

        assertEquals(folder, pull(new Revision(COMMIT), Needs.MODEL));
        assertEquals(before, hub.requests().size());
    }

    @Test
    void tagGetsARefOfItsOwnAndACommitNone() throws IOException {
        pull(new Revision("v1.0"), Needs.MODEL);
        pull(new Revision(COMMIT), Needs.MODEL);

        assertEquals(Set.of("v1.0"), names(cache.resolve("models--org--name/refs")));
    }

    @Test
    void newRevisionSharesTheBlobsThatDidNotChange() throws IOException {
        Path blobs = cache.resolve("models--org--name/blobs");
        Files.createDirectories(blobs);
        for (String name : NEEDED) {
            byte[] bytes = hub.get(name);
            boolean large = name.endsWith(".safetensors");
            Files.write(
                    blobs.resolve(large ? FakeHub.sha256(bytes) : FakeHub.gitSha1(bytes)), bytes);
        }

        pull();

        assertEquals(List.of(), hub.cdnRequests());
        assertTrue(
                hub.requests().stream()
                        .allMatch(r -> r.method().equals("HEAD") || r.path().contains("/api/")));
    }

    @Test
    void blobOfTheWrongSizeIsFetchedAgain() throws IOException {
        byte[] config = hub.get("config.json");
        Path blob = cache.resolve("models--org--name/blobs").resolve(FakeHub.gitSha1(config));
        Files.createDirectories(blob.getParent());
        Files.write(blob, new byte[] {1, 2, 3});

        Path folder = pull();

        assertArrayEquals(config, Files.readAllBytes(folder.resolve("config.json")));
    }

    @Test
    void tokenizerAloneIsSmall() throws IOException {
        Path folder = pull(Revision.MAIN, Needs.TOKENIZER);

        assertEquals(Set.of("tokenizer.json", "tokenizer_config.json"), names(folder));
        assertEquals(NEEDED, names(pull()));
    }

    @Test
    void singleWeightFileGoesBeforeAnIndex() throws IOException {
        hub.put("model.safetensors", new byte[] {1, 2, 3});

        Path folder = pull();

        assertTrue(names(folder).contains("model.safetensors"));
        assertFalse(names(folder).contains("model-00001-of-00003.safetensors"));
    }

    @Test
    void whereLinksAreImpossibleSnapshotsHoldTheFiles() throws IOException {
        HubCache linkless =
                new HubCache(
                        cache,
                        (link, target) -> {
                            throw new FileSystemException(link.toString(), null, "not permitted");
                        });
        Hub copies = new Hub(hub.options(cache), linkless, progress, folder -> Long.MAX_VALUE);

        Path folder = copies.pull(REPOSITORY, Revision.MAIN, Needs.MODEL);

        for (String name : NEEDED) {
            Path file = folder.resolve(name);
            assertTrue(Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS), name);
            assertArrayEquals(hub.get(name), Files.readAllBytes(file), name);
        }
        assertEquals(Set.of(), names(cache.resolve("models--org--name/blobs")));
        assertEquals(folder, copies.pull(REPOSITORY, new Revision(COMMIT), Needs.MODEL));
    }

    @Test
    void noRoomIsSaidBeforeAnythingIsFetched() {
        Hub full = new Hub(hub.options(cache), new HubCache(cache), progress, folder -> 400_000);

        String message =
                assertThrows(
                                HubException.class,
                                () -> full.pull(REPOSITORY, Revision.MAIN, Needs.MODEL))
                        .getMessage();

        assertTrue(
                message.matches(
                        "org/name: 53[0-9]\\.[0-9] KiB are missing, and .* has room for 390\\.6 KiB; free some, or .*HF_HOME"),
                message);
        assertEquals(List.of(), hub.cdnRequests());
    }

    @Test
    void modelWithoutTokenizerIsPulledWithAWordAndRemembered() throws IOException {
        hub.remove("tokenizer.json");

        Path folder = pull();

        assertTrue(progress.notes.getFirst().contains("--tokenizer"), progress.notes.toString());
        assertTrue(
                Files.exists(
                        cache.resolve("models--org--name/.no_exist")
                                .resolve(COMMIT)
                                .resolve("tokenizer.json")));
        assertEquals(List.of(), new HubCache(cache).missing(REPOSITORY, folder, Needs.MODEL));
    }

    @Test
    void modelInOtherFormatsOnlyIsRefusedByTheirNames() {
        hub.remove("model.safetensors.index.json");

        String message = assertThrows(HubException.class, this::pull).getMessage();

        assertTrue(
                message.startsWith(
                        "org/name: has neither model.safetensors nor model.safetensors.index.json, but 'consolidated.safetensors'"),
                message);
        assertTrue(message.contains("'model.gguf'"), message);
        assertEquals(1, hub.requests().size());
    }

    @Test
    void repositoryWithoutConfigurationIsNoModel() {
        hub.remove("config.json");

        assertEquals(
                "org/name: has no config.json, so it is not a model that Apus can run",
                assertThrows(HubException.class, this::pull).getMessage());
    }

    @Test
    void indexThatNamesAMissingShardIsRefused() {
        hub.remove("model-00002-of-00003.safetensors");

        assertEquals(
                "org/name: model.safetensors.index.json names model-00002-of-00003.safetensors, which the repository does not have",
                assertThrows(HubException.class, this::pull).getMessage());
    }

    @Test
    void smallFilesMayLieBehindARedirectOfTheHub() throws IOException {
        String resolve = "/org/name/resolve/" + COMMIT + "/";
        String kept = "/api/resolve-cache/";
        hub.bendHub((request, reply) -> {
            String name = request.path().substring(request.path().lastIndexOf('/') + 1);
            if (name.endsWith(".json") && request.path().startsWith(resolve)) {
                return Reply.of(307).with("X-Repo-Commit", COMMIT).with("Location", kept + name);
            }
            return request.path().startsWith(kept)
                    ? Reply.ok(request.method().equals("HEAD") ? new byte[0] : hub.get(name))
                            .claiming(hub.get(name).length)
                            .with("ETag", '"' + FakeHub.gitSha1(hub.get(name)) + '"')
                    : reply;
        });

        Path folder = pull();

        assertArrayEquals(
                hub.get("config.json"), Files.readAllBytes(folder.resolve("config.json")));
    }

    @Test
    void twoPullsAtOnceFetchEachFileOnce() throws Exception {
        List<Thread> threads =
                Stream.generate(() -> Thread.ofPlatform().unstarted(this::pull)).limit(2).toList();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }

        assertEquals(3, hub.cdnRequests().size());
        assertEquals(NEEDED, names(pull()));
    }
}
