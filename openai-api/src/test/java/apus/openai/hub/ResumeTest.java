package apus.openai.hub;

import static apus.openai.hub.FakeHub.REPOSITORY;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.openai.hub.FakeServer.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ResumeTest {
    private static final String WEIGHTS = "model.safetensors";

    @TempDir Path cache;
    private final FakeHub hub = FakeHub.of("llama2-mha");
    private final Quick progress = new Quick();

    @AfterEach
    void close() throws IOException {
        hub.close();
    }

    private Path pull() {
        return new Hub(hub.options(cache), progress).pull(REPOSITORY, Revision.MAIN, Needs.MODEL);
    }

    private String failure() {
        return assertThrows(HubException.class, this::pull).getMessage();
    }

    private Path partial() {
        return cache.resolve("models--org--name/blobs")
                .resolve(FakeHub.sha256(hub.get(WEIGHTS)) + ".apus.incomplete");
    }

    private void assertComplete(Path folder) throws IOException {
        assertArrayEquals(hub.get(WEIGHTS), Files.readAllBytes(folder.resolve(WEIGHTS)));
        assertFalse(Files.exists(partial()));
    }

    private List<String> ranges() {
        return hub.cdnRequests().stream().map(r -> r.header("Range")).toList();
    }

    @Test
    void cutConnectionIsResumedWhereItBroke() throws IOException {
        AtomicInteger answers = new AtomicInteger();
        hub.bendCdn((request, reply) ->
                answers.incrementAndGet() <= 2 ? reply.cutAfter(50_000) : reply);

        assertComplete(pull());

        assertEquals(List.of("", "bytes=50000-", "bytes=100000-"), ranges());
        assertEquals(
                List.of("", "\"cdn-model.safetensors\"", "\"cdn-model.safetensors\""),
                hub.cdnRequests().stream().map(r -> r.header("If-Range")).toList());
    }

    @Test
    void nextRunGoesOnWhereAnEarlierOneEnded() throws IOException {
        hub.bendCdn((request, reply) -> reply.cutAfter(10_000));
        String message = failure();
        assertTrue(message.startsWith("org/name: model.safetensors: "), message);
        assertTrue(message.endsWith("; given up after 3 attempts"), message);
        assertEquals(30_000, Files.size(partial()));

        hub.bendCdn((request, reply) -> reply);
        assertComplete(pull());

        assertEquals("bytes=30000-", ranges().getLast());
        assertEquals("", hub.cdnRequests().getLast().header("If-Range"));
    }

    @Test
    void interruptedPullKeepsWhatHasCome() throws Exception {
        CountDownLatch silent = new CountDownLatch(1);
        hub.bendCdn((request, reply) -> {
            silent.countDown();
            return reply.silentAfter(40_000);
        });
        AtomicReference<HubException> failure = new AtomicReference<>();
        Thread thread =
                Thread.ofPlatform()
                        .start(() -> failure.set(assertThrows(HubException.class, this::pull)));
        assertTrue(silent.await(20, TimeUnit.SECONDS));
        while (!Files.exists(partial()) || Files.size(partial()) < 40_000) {
            Thread.sleep(5);
        }

        thread.interrupt();
        thread.join();

        assertTrue(failure.get().getMessage().contains("interrupted"), failure.get().getMessage());
        assertEquals(40_000, Files.size(partial()));
        hub.bendCdn((request, reply) -> reply);
        assertComplete(pull());
        assertEquals("bytes=40000-", ranges().getLast());
    }

    @Test
    void killedProcessKeepsWhatHasCome() throws Exception {
        hub.bendCdn((request, reply) -> reply.silentAfter(40_000));
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                PullProcess.class.getName(),
                                hub.address(),
                                cache.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            while (!Files.exists(partial()) || Files.size(partial()) < 40_000) {
                assertTrue(process.isAlive());
                Thread.sleep(5);
            }
        } finally {
            process.destroyForcibly().waitFor();
        }

        hub.bendCdn((request, reply) -> reply);
        assertComplete(pull());

        assertEquals("bytes=40000-", ranges().getLast());
    }

    @Test
    void silentConnectionCountsAsCut() throws IOException {
        AtomicInteger answers = new AtomicInteger();
        hub.bendCdn((request, reply) ->
                answers.incrementAndGet() == 1 ? reply.silentAfter(60_000) : reply);
        Patience p = Quick.PATIENCE;
        HubOptions impatient =
                new HubOptions(
                        hub.options(cache).endpoint(),
                        Optional.empty(),
                        cache,
                        false,
                        2,
                        new Patience(
                                p.attempts(),
                                p.firstWait(),
                                p.longestWait(),
                                p.longestAsked(),
                                p.connect(),
                                java.time.Duration.ofMillis(400)));

        assertComplete(new Hub(impatient, progress).pull(REPOSITORY, Revision.MAIN, Needs.MODEL));

        assertEquals(List.of("", "bytes=60000-"), ranges());
    }

    @Test
    void serverWithoutRangesSendsTheWholeAgain() throws IOException {
        AtomicInteger answers = new AtomicInteger();
        hub.bendCdn((request, reply) ->
                answers.incrementAndGet() == 1
                        ? reply.cutAfter(50_000)
                        : Reply.ok(hub.get(WEIGHTS)));

        assertComplete(pull());

        assertTrue(progress.positions.contains(WEIGHTS + " 0"));
    }

    @Test
    void fileThatChangedAtTheCdnStartsAgain() throws IOException {
        AtomicInteger answers = new AtomicInteger();
        hub.bendCdn((request, reply) ->
                answers.incrementAndGet() == 1
                        ? reply.with("ETag", "\"an-older-one\"").cutAfter(50_000)
                        : reply);

        assertComplete(pull());

        assertEquals("\"an-older-one\"", hub.cdnRequests().get(1).header("If-Range"));
    }

    @Test
    void refusedRangeStartsAgain() throws IOException {
        hub.bendCdn((request, reply) -> request.header("Range").isEmpty() ? reply : Reply.of(416));
        leavePartial(Arrays.copyOf(hub.get(WEIGHTS), 1000));

        assertComplete(pull());

        assertEquals(List.of("bytes=1000-", ""), ranges());
    }

    @Test
    void rangeRefusedForeverEndsInAnError() throws IOException {
        hub.bendCdn((request, reply) -> Reply.of(416));
        leavePartial(new byte[1000]);

        String message = failure();

        assertTrue(message.startsWith("org/name: model.safetensors: http://127.0.0.1:"), message);
        assertTrue(message.endsWith(" answers 416"), message);
    }

    @Test
    void spoiltBeginningIsNoticedAndFetchedAnew() throws IOException {
        byte[] spoilt = Arrays.copyOf(hub.get(WEIGHTS), 70_000);
        spoilt[123] ^= 1;
        leavePartial(spoilt);

        assertComplete(pull());

        assertEquals(List.of("bytes=70000-", ""), ranges());
        assertTrue(progress.notes.getFirst().contains("checksum"), progress.notes.toString());
    }

    @Test
    void completePartialFileNeedsNoRequest() throws IOException {
        leavePartial(hub.get(WEIGHTS));

        assertComplete(pull());

        assertEquals(List.of(), ranges());
    }

    @Test
    void partialFileThatIsTooLongIsThrownAway() throws IOException {
        leavePartial(Arrays.copyOf(hub.get(WEIGHTS), hub.get(WEIGHTS).length + 1));

        assertComplete(pull());

        assertEquals(List.of(""), ranges());
    }

    @Test
    void wrongPartOfTheFileIsRefused() throws IOException {
        leavePartial(Arrays.copyOf(hub.get(WEIGHTS), 1000));
        hub.bendCdn((request, reply) -> reply.with("Content-Range", "bytes 0-10/11"));

        String message = failure();

        assertTrue(message.contains("was asked for bytes from 1000"), message);
        assertTrue(message.endsWith("sends bytes 0-10/11"), message);
    }

    @Test
    void answerThatIsNotTheFileAtAllCostsNothingOfWhatHasCome() throws IOException {
        leavePartial(Arrays.copyOf(hub.get(WEIGHTS), 1000));
        hub.bendCdn((request, reply) -> Reply.ok(new byte[77]));

        String message = failure();

        assertTrue(message.contains(" sends 77 bytes where "), message);
        assertEquals(1000, Files.size(partial()));
    }

    @Test
    void smallFilesAreResumedToo() throws IOException {
        AtomicInteger answers = new AtomicInteger();
        hub.bendHub((request, reply) ->
                isGet(request, "tokenizer.json") && answers.incrementAndGet() == 1
                        ? reply.cutAfter(100)
                        : reply);

        Path folder = pull();

        assertArrayEquals(
                hub.get("tokenizer.json"), Files.readAllBytes(folder.resolve("tokenizer.json")));
        Request again =
                hub.requests().stream()
                        .filter(r -> isGet(r, "tokenizer.json"))
                        .reduce((a, b) -> b)
                        .orElseThrow();
        assertEquals("bytes=100-", again.header("Range"));
        assertEquals(
                '"' + FakeHub.gitSha1(hub.get("tokenizer.json")) + '"', again.header("If-Range"));
    }

    private static boolean isGet(Request request, String name) {
        return request.method().equals("GET") && request.path().endsWith("/" + name);
    }

    private void leavePartial(byte[] bytes) throws IOException {
        Files.createDirectories(partial().getParent());
        Files.write(partial(), bytes);
    }
}
