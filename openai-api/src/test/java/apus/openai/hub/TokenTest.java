package apus.openai.hub;

import static apus.openai.hub.FakeHub.REPOSITORY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** To whom the token goes, and to whom it must not. */
@Timeout(60)
final class TokenTest {
    private static final String BEARER = "Bearer hf_secret";

    @TempDir Path cache;
    private final FakeHub hub = FakeHub.of("llama2-mha");
    private final Quick progress = new Quick();

    @AfterEach
    void close() throws IOException {
        hub.close();
    }

    private HubOptions with(String endpoint, Optional<Token> token) {
        return new HubOptions(URI.create(endpoint), token, cache, false, 2, Quick.PATIENCE);
    }

    private Path pull(HubOptions options) {
        return new Hub(options, progress).pull(REPOSITORY, Revision.MAIN, Needs.MODEL);
    }

    private static Optional<Token> token() {
        return Optional.of(Token.of("hf_secret", "HF_TOKEN"));
    }

    @Test
    void endpointGetsTheTokenAndTheCdnDoesNot() {
        pull(with(hub.address(), token()));

        assertTrue(hub.requests().size() > 5);
        hub.requests().forEach(r -> assertEquals(BEARER, r.header("Authorization")));
        assertEquals(1, hub.cdnRequests().size());
        hub.cdnRequests().forEach(r -> assertEquals("", r.header("Authorization")));
    }

    @Test
    void redirectWithinTheEndpointKeepsTheToken() {
        hub.bendHub((request, reply) ->
                request.path().contains("/old")
                        ? Reply.of(307).with("Location", request.path().replace("/old", "/name"))
                        : reply);

        new Hub(with(hub.address(), token()), progress)
                .pull(new Repository("org", "old"), Revision.MAIN, Needs.MODEL);

        assertTrue(hub.requests().stream().anyMatch(r -> r.path().startsWith("/org/name/")));
        hub.requests().forEach(r -> assertEquals(BEARER, r.header("Authorization")));
    }

    @Test
    void otherPortOfTheSameHostGetsNoToken() throws IOException {
        try (FakeServer other = new FakeServer(r -> Reply.of(404))) {
            hub.bend("/api/", reply -> Reply.of(302).with("Location", other.address() + "/api/x"));

            assertThrows(HubException.class, () -> pull(with(hub.address(), token())));

            assertEquals("", other.requests().getFirst().header("Authorization"));
        }
    }

    @Test
    void chainThatLeadsBackToTheEndpointGetsNoTokenEither() throws IOException {
        try (FakeServer other =
                new FakeServer(
                        r -> Reply.of(302).with("Location", hub.address() + "/chosen-by-other"))) {
            hub.bend(
                    "/api/",
                    reply -> Reply.of(302).with("Location", other.address() + "/elsewhere"));

            assertThrows(HubException.class, () -> pull(with(hub.address(), token())));

            assertEquals("/chosen-by-other", hub.requests().getLast().path());
            assertEquals("", hub.requests().getLast().header("Authorization"));
        }
    }

    @Test
    void chosenTokenIsNotSentInTheClear() {
        String message =
                assertThrows(
                                HubException.class,
                                () -> pull(with("http://hub.example.invalid", token())))
                        .getMessage();

        assertEquals(
                "http://hub.example.invalid is not encrypted, so the token from HF_TOKEN would be there for all to read;"
                        + " use an https address, or unset the token",
                message);
    }

    @Test
    void tokenOfALogInStaysAtHomeWithAWord() throws IOException {
        Path file = Files.writeString(cache.resolve("token"), "hf_secret\n");
        HubOptions options = with("http://hub.example.invalid", Token.in(file));

        // The name does not resolve (RFC 2606), so nothing leaves this machine.
        assertThrows(HubException.class, () -> pull(options));

        assertEquals(
                List.of(
                        "http://hub.example.invalid is not encrypted, so the token in "
                                + file
                                + " is not sent"),
                progress.notes);
    }

    @Test
    void loopbackIsToldByNameAlone() {
        for (String host : List.of("127.0.0.1", "127.1.2.3", "localhost", "[::1]", "LOCALHOST")) {
            assertTrue(Origin.of(URI.create("http://" + host + ":1")).loopback(), host);
        }
        for (String host :
                List.of("127.0.0.1.example.com", "localhost.example.com", "10.0.0.1", "[::2]")) {
            assertFalse(Origin.of(URI.create("http://" + host)).loopback(), host);
        }
    }

    @Test
    void tokenIsNeverPrinted() {
        assertFalse(with(hub.address(), token()).toString().contains("hf_secret"));
    }

    @Test
    void textThatCannotBeATokenIsRefusedUnshown() {
        for (String text : List.of("", "two words", "line\nbreak", "sn\u00f6", "x".repeat(1001))) {
            assertEquals(
                    "HF_TOKEN: a token has 1 to 1000 visible ASCII characters, without spaces",
                    assertThrows(HubException.class, () -> Token.of(text, "HF_TOKEN"))
                            .getMessage());
        }
    }

    @Test
    void missingOrEmptyTokenFileIsNoToken() throws IOException {
        assertEquals(Optional.empty(), Token.in(cache.resolve("nowhere")));
        assertEquals(Optional.empty(), Token.in(Files.writeString(cache.resolve("token"), " \n")));
    }
}
