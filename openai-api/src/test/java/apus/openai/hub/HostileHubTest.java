package apus.openai.hub;

import static apus.openai.hub.FakeHub.REPOSITORY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A hub, or someone on the way to it, that lies. */
@Timeout(60)
final class HostileHubTest {
    private static final String WEIGHTS = "model.safetensors";

    @TempDir Path folder;
    private Path cache;
    private int caches;
    private final FakeHub hub = FakeHub.of("llama2-mha");

    @AfterEach
    void close() throws IOException {
        hub.close();
    }

    private String failure() {
        cache = folder.resolve("cache" + caches++);
        return assertThrows(
                        HubException.class,
                        () ->
                                new Hub(hub.options(cache), Progress.SILENT)
                                        .pull(REPOSITORY, Revision.MAIN, Needs.MODEL))
                .getMessage();
    }

    private void assertNothingKept() throws IOException {
        String blob = FakeHub.sha256(hub.get(WEIGHTS));
        try (Stream<Path> paths = Files.walk(folder)) {
            List<Path> kept =
                    paths.filter(p -> !p.toString().endsWith(".lock"))
                            .filter(p -> p.toString().contains(blob) || p.endsWith(WEIGHTS))
                            .toList();
            assertEquals(List.of(), kept);
        }
        assertFalse(Files.exists(cache.resolve("models--org--name/refs/main")));
    }

    @Test
    void namesThatLeadOutOfTheFolderStopEverything() throws IOException {
        for (String name :
                List.of(
                        "../../evil.safetensors",
                        "/etc/passwd",
                        "a/../../b.json",
                        "..\\evil.json",
                        "C:evil.json",
                        "a//b",
                        "./config.json",
                        "dir/",
                        "x".repeat(1025))) {
            hub.put(name, new byte[] {1});

            String message = failure();

            assertTrue(
                    message.startsWith("org/name: the hub lists a file named '"),
                    () -> name + ": " + message);
            assertTrue(message.length() < 400, message);
            hub.remove(name);
        }
        assertFalse(Files.exists(cache));
        assertEquals(0, hub.requests().stream().filter(r -> r.path().contains("resolve")).count());
    }

    @Test
    void oddButHarmlessNamesAreLeftAlone() {
        hub.put("docs/r\u00e9sum\u00e9 (1).md", new byte[] {1});
        hub.put("a..b", new byte[] {1});
        hub.put("tokenizer/x/y.json", new byte[] {1});
        hub.put("tokenizer;rm -rf.json", new byte[] {1});

        Path there =
                new Hub(hub.options(folder), Progress.SILENT)
                        .pull(REPOSITORY, Revision.MAIN, Needs.MODEL);

        assertTrue(Files.exists(there.resolve("config.json")));
        assertFalse(Files.exists(there.resolve("tokenizer;rm -rf.json")));
    }

    @Test
    void indexThatNamesAFileElsewhereIsRefused() {
        hub.remove(WEIGHTS);
        for (String name : List.of("../../x.safetensors", "/x.safetensors", "config.json", "")) {
            byte[] index =
                    ("{\"weight_map\": {\"w\": \"" + name + "\"}}")
                            .getBytes(StandardCharsets.UTF_8);
            hub.put(ShardIndex.NAME, index);

            String message = failure();

            assertTrue(message.contains("names '" + name + "' as a weight file"), message);
        }
    }

    @Test
    void descriptionThatIsNoneIsRefused() {
        for (String json :
                List.of(
                        "",
                        "<html>",
                        "[]",
                        "{}",
                        "{\"sha\": \"../../x\", \"siblings\": []}",
                        "{\"sha\": \"" + FakeHub.COMMIT + "\"}",
                        "{\"sha\": \"" + FakeHub.COMMIT + "\", \"siblings\": [{}]}",
                        "[".repeat(5000))) {
            hub.bend("/api/", reply -> Reply.ok(json.getBytes(StandardCharsets.UTF_8)));

            String message = failure();

            assertTrue(message.startsWith("org/name: the hub's description of it "), message);
            assertTrue(message.endsWith("is HF_ENDPOINT the address of a HuggingFace hub?"));
        }
    }

    @Test
    void endlessDescriptionIsCutOff() {
        hub.bend("/api/", reply -> Reply.ok(new byte[(16 << 20) + 10]));

        assertTrue(failure().contains("is longer than 16777216 bytes"));
    }

    @Test
    void wrongChecksumIsRefusedAndNothingKept() throws IOException {
        byte[] other = hub.get(WEIGHTS).clone();
        other[77] ^= 1;
        hub.bendCdn((request, reply) -> Reply.ok(other));

        String message = failure();

        assertTrue(
                message.startsWith(
                        "org/name: model.safetensors: what came does not match its checksum"),
                message);
        assertNothingKept();
        assertEquals(1, hub.cdnRequests().size());
    }

    @Test
    void wrongChecksumOfASmallFileIsRefusedToo() throws IOException {
        hub.bendHub((request, reply) -> {
            if (!request.path().endsWith("/config.json")) {
                return reply;
            }
            byte[] other = reply.body().clone();
            other[0] ^= 1;
            return reply.body(other);
        });

        assertTrue(
                failure()
                        .startsWith(
                                "org/name: config.json: what came does not match its checksum"));
    }

    @Test
    void checksumWrongAfterResumingTwiceIsAnError() {
        byte[] other = hub.get(WEIGHTS).clone();
        other[77] ^= 1;
        hub.bendCdn((request, reply) ->
                request.header("Range").isEmpty() ? Reply.ok(other).cutAfter(100_000) : reply);

        assertTrue(failure().contains("does not match its checksum"));
        assertEquals(4, hub.cdnRequests().size());
    }

    @Test
    void lengthThatIsNotThePromisedOneIsRefused() throws IOException {
        int size = hub.get(WEIGHTS).length;
        hub.bendCdn((request, reply) -> reply.body(new byte[size - 1]));
        assertTrue(
                failure()
                        .contains(
                                " sends " + (size - 1) + " bytes where " + size + " are missing"));

        hub.bendCdn((request, reply) -> reply.claiming(Long.MAX_VALUE / 10));
        assertTrue(failure().contains(" bytes where "));
        assertNothingKept();
    }

    @Test
    void claimedLengthThatNeverComesIsGivenUp() {
        hub.bendCdn((request, reply) -> reply.body(new byte[0]).claiming(reply.body().length));

        String message = failure();

        assertTrue(message.startsWith("org/name: model.safetensors: "), message);
        assertTrue(message.endsWith("given up after 3 attempts"), message);
    }

    @Test
    void etagThatIsNoHashIsRefused() {
        hub.bend("/config.json", reply -> reply.with("ETag", "\"../../../evil\""));

        String message = failure();

        assertTrue(
                message.startsWith(
                        "org/name: config.json: the hub names it by '\"../../../evil\"'"),
                message);
    }

    @Test
    void sizeThatIsMissingOrAbsurdIsRefused() {
        hub.bend("/" + WEIGHTS, reply -> reply.with("X-Linked-Size", "many"));
        assertEquals("org/name: model.safetensors: the hub does not tell its size", failure());

        hub.bend("/tokenizer.json", reply -> reply.claiming(1L << 40));
        assertTrue(failure().contains("more than the 268435456 that a file of its kind may have"));
    }

    @Test
    void fileOfAnotherCommitIsRefused() {
        hub.bend("/config.json", reply -> reply.with("X-Repo-Commit", "f".repeat(40)));

        assertTrue(failure().startsWith("org/name: config.json: was asked for at commit 0123"));
    }

    @Test
    void redirectsMustLeadToTheWebAndEnd() {
        for (String location :
                List.of("file:///etc/passwd", "http://a b/", "http://u:p@h/", "http:///x")) {
            hub.bend("/api/", reply -> Reply.of(302).with("Location", location));
            assertEquals(
                    hub.address() + " redirects to something that is not a web address", failure());
        }

        hub.bend("/api/", reply -> Reply.of(302));
        assertEquals(hub.address() + " redirects without saying where", failure());

        hub.bend("/api/", reply -> Reply.of(302).with("Location", "/api/again"));
        assertEquals(hub.address() + " redirects more than 5 times", failure());
    }

    @Test
    void encryptionIsNotGivenUpOnTheWay() {
        HubException e =
                assertThrows(
                        HubException.class,
                        () ->
                                Addresses.redirect(
                                        java.net.URI.create("https://hub.example/x"),
                                        "http://cdn.example/y?signature=abc"));

        assertEquals(
                "https://hub.example redirects to http://cdn.example, which is not encrypted; this is refused",
                e.getMessage());
    }
}
