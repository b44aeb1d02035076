package apus.openai.hub;

import static apus.openai.hub.FakeHub.REPOSITORY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Answers without content. */
@Timeout(60)
final class RefusalTest {
    @TempDir Path cache;
    private final FakeHub hub = FakeHub.of("llama2-mha");

    @AfterEach
    void close() throws IOException {
        hub.close();
    }

    private Path pull(HubOptions options, Revision revision) {
        return new Hub(options, Progress.SILENT).pull(REPOSITORY, revision, Needs.MODEL);
    }

    private String failure(HubOptions options) {
        return assertThrows(HubException.class, () -> pull(options, Revision.MAIN)).getMessage();
    }

    private String failure() {
        return failure(hub.options(cache));
    }

    private String failureWithToken() {
        HubOptions o = hub.options(cache);
        return failure(
                new HubOptions(
                        o.endpoint(),
                        Optional.of(Token.of("hf_secret", "HF_TOKEN")),
                        cache,
                        false,
                        2,
                        o.patience()));
    }

    private int count(String path) {
        return (int) hub.requests().stream().filter(r -> r.path().contains(path)).count();
    }

    @Test
    void gatedModelSaysWhereToAcceptItsTerms() {
        hub.bend("/resolve/", reply -> Reply.of(401).with("X-Error-Code", "GatedRepo"));

        assertTrue(
                failure()
                        .endsWith(
                                "the model is gated: accept its terms at "
                                        + hub.address()
                                        + "/org/name, then set HF_TOKEN to a token of that account"));
        hub.bend("/resolve/", reply -> Reply.of(403).with("X-Error-Code", "GatedRepo"));
        String withToken = failureWithToken();
        assertTrue(withToken.contains("HF_TOKEN is another's"), withToken);
    }

    @Test
    void unknownModelMayBePrivate() {
        hub.bend("/api/", reply -> Reply.of(401));

        assertEquals(
                "org/name: "
                        + hub.address()
                        + " answers 401: there is no such model, or it is private or gated; check the name, and set HF_TOKEN to a token that may read it",
                failure());
        String withToken = failureWithToken();
        assertTrue(withToken.endsWith("whether the token (HF_TOKEN) is valid and may read it"));
        assertEquals(2, count("/api/"), "asking again does not help");
    }

    @Test
    void forbiddenShowsTheHubsReasonWithoutControlCharacters() {
        hub.bend(
                "/api/",
                reply ->
                        Reply.of(403)
                                .with("X-Error-Message", "disabled \u009b31m" + "x".repeat(500)));

        String message = failureWithToken();

        assertTrue(message.contains("answers 403 (disabled ?31mxxx"), message);
        assertTrue(message.endsWith("the token (HF_TOKEN) may not read it"), message);
        assertTrue(message.length() < 400, message);
    }

    @Test
    void brokenAnswerIsNotRepeatedToTheTerminal() {
        hub.bend("/api/", reply -> reply.with("X-Odd", "a\u001b[31m" + "x".repeat(5000)));

        String message = failure();

        assertTrue(message.chars().allMatch(c -> c >= ' ' && c < 127), message);
        assertTrue(message.length() < 400, message);
    }

    @Test
    void missingRevisionModelAndFileAreToldApart() {
        assertEquals(
                "org/name: there is no revision 'v9'",
                assertThrows(HubException.class, () -> pull(hub.options(cache), new Revision("v9")))
                        .getMessage());

        hub.bend("/api/", reply -> Reply.of(404).with("X-Error-Code", "RepoNotFound"));
        assertTrue(failure().startsWith("org/name: there is no such model at http://127.0.0.1:"));

        hub.bend("tokenizer.json", reply -> Reply.of(404).with("X-Error-Code", "EntryNotFound"));
        assertEquals(
                "org/name: tokenizer.json: there is no such file at revision 'main'", failure());

        hub.bend("/api/", reply -> Reply.of(404));
        assertTrue(failure().endsWith("answers 404: there is no such model, revision or file"));
    }

    @Test
    void serverErrorsAreTriedAgain() {
        AtomicInteger answers = new AtomicInteger();
        hub.bend("/api/", reply -> answers.incrementAndGet() < 3 ? Reply.of(503) : reply);

        pull(hub.options(cache), Revision.MAIN);

        assertEquals(3, count("/api/"));
    }

    @Test
    void serverErrorsEndAfterSomeAttempts() {
        hub.bend("/api/", reply -> Reply.of(500));

        assertEquals(
                "org/name: " + hub.address() + " answers 500; given up after 3 attempts",
                failure());
        assertEquals(3, count("/api/"));
    }

    @Test
    void askedWaitIsKept() {
        AtomicInteger answers = new AtomicInteger();
        hub.bend(
                "/api/",
                reply ->
                        answers.incrementAndGet() == 1
                                ? Reply.of(429).with("Retry-After", "1")
                                : reply);
        long start = System.nanoTime();

        pull(hub.options(cache), Revision.MAIN);

        assertTrue(Duration.ofNanos(System.nanoTime() - start).toMillis() >= 1000);
        assertEquals(2, count("/api/"));
    }

    @Test
    void tooLongAWaitIsAnErrorAtOnce() {
        String date =
                DateTimeFormatter.RFC_1123_DATE_TIME.format(
                        Instant.now().plusSeconds(500).atOffset(ZoneOffset.UTC));
        for (String wait : List.of("3600", "99999999999999999", date)) {
            hub.bend("/api/", reply -> Reply.of(429).with("Retry-After", wait));

            String message = failure();

            assertTrue(
                    message.contains("answers 429, too many requests; it asks to wait"), message);
        }
        assertEquals(3, count("/api/"));
    }

    @Test
    void unreadableWaitIsAsIfThereWasNone() {
        hub.bend("/api/", reply -> Reply.of(429).with("Retry-After", "soon"));

        assertTrue(failure().endsWith("given up after 3 attempts"));
    }

    @Test
    void hubThatIsNotThereIsNamed() throws IOException {
        // A port that is taken and not listened on; one just closed may still answer, or be
        // another's.
        try (Socket taken = new Socket()) {
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            String address = "http://127.0.0.1:" + taken.getLocalPort();

            assertEquals(
                    "org/name: " + address + " cannot be reached; given up after 3 attempts",
                    failure(
                            new HubOptions(
                                    URI.create(address),
                                    Optional.empty(),
                                    cache,
                                    false,
                                    1,
                                    Quick.PATIENCE)));
        }
    }

    @Test
    void firstFailureCallsTheOthersOff() {
        hub.bendHub((request, reply) ->
                request.path().endsWith("/config.json")
                        ? Reply.of(403)
                        : request.path().endsWith("/tokenizer.json")
                                ? reply.silentAfter(0)
                                : reply);
        long start = System.nanoTime();

        assertTrue(failure().startsWith("org/name: config.json: "));

        assertTrue(Duration.ofNanos(System.nanoTime() - start).toSeconds() < 10);
    }
}
