package apus.openai.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.openai.HttpSettings;
import apus.openai.ServedModel;
import apus.openai.http.RawClient.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract's checks of keys, origins and hosts. Nothing here needs a model. */
final class AccessCheckTest {
    private static final String KEY = "sk-first-key-0123456789";
    private static final String OTHER_KEY = "sk-second-key-9876543210";
    private static final String PAGE = "http://localhost:3000";
    private static final String EVIL = "http://evil.example";

    private static ApiServer locked;
    private static ApiServer open;

    @BeforeAll
    static void start() {
        locked =
                Servers.loading(
                        Servers.settings().change().apiKeys(List.of(KEY, OTHER_KEY)).build());
        open = Servers.loading(Servers.settings());
    }

    @AfterAll
    static void stop() {
        locked.close();
        open.close();
    }

    /** A guarded route that let a request pass answers that the model still loads. */
    private static void assertPassed(Reply reply) {
        assertEquals(503, reply.status(), reply.body());
        assertEquals("model_loading", reply.code());
    }

    @Test
    void check151_withoutAKeyThereIsNoEntry() throws IOException {
        Reply reply = RawClient.get(locked, "/v1/models");
        assertEquals(401, reply.status());
        assertEquals("invalid_api_key", reply.code());
        assertEquals("Bearer", reply.header("www-authenticate"));
        assertTrue(reply.body().contains("Missing API key"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Authorization: Bearer " + KEY,
                "Authorization: bearer " + OTHER_KEY,
                "Authorization: BEARER   " + KEY,
                "X-Api-Key: " + KEY,
                "x-api-key: " + OTHER_KEY,
                "api-key: " + KEY
            })
    void check151_eitherKeyOpensByEachHeader(String header) throws IOException {
        assertPassed(RawClient.get(locked, "/v1/models", header));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Authorization: Bearer " + KEY + "x",
                "Authorization: Bearer sk-first-key-012345678",
                "Authorization: Basic " + KEY,
                "Authorization: " + KEY,
                "Authorization: Bearer",
                "Authorization: Bearer ",
                "X-Api-Key: SK-FIRST-KEY-0123456789",
                "X-Other: " + KEY
            })
    void check151_aWrongKeyDoesNot(String header) throws IOException {
        Reply reply = RawClient.get(locked, "/v1/models", header);
        assertEquals(401, reply.status());
        assertEquals("invalid_api_key", reply.code());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/tokenize",
                "/v1/tokenize",
                "/openai/v1/tokenize",
                "/v2/x/openai/v1/tokenize",
                "/v1/tokenize/",
                "/v1%2Ftokenize",
                "/%74okenize",
                "/detokenize",
                "/v1/models",
                "/models/a/b",
                "/v1/embeddings",
                "/runsync"
            })
    void check151_everyWayToAGuardedRouteIsGuarded(String path) throws IOException {
        assertEquals(401, RawClient.post(locked, path, "{}").status());
        assertEquals(401, RawClient.get(locked, path).status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/v1/health", "/ping", "/version", "/metrics"})
    void check151_publicRoutesNeedNone(String path) throws IOException {
        assertTrue(RawClient.get(locked, path).status() != 401);
    }

    @Test
    void check151_onlyTheRoutesOfTheContractArePublic() {
        List<String> unguarded =
                Routes.all(Servers.settings(), Servers.api(), new ServedModel(), new HttpCounts())
                        .stream()
                        .filter(route -> route.access() == Route.Access.PUBLIC)
                        .map(Route::path)
                        .sorted()
                        .toList();
        assertEquals(List.of("/health", "/metrics", "/ping", "/v1/health", "/version"), unguarded);
    }

    @Test
    void metricsNeedAKeyIfToldSo() throws IOException {
        HttpSettings settings =
                Servers.settings().change().apiKeys(List.of(KEY)).metricsAuth(true).build();
        try (ApiServer server = Servers.loading(settings)) {
            assertEquals(401, RawClient.get(server, "/metrics").status());
            assertEquals(200, RawClient.get(server, "/metrics", "X-Api-Key: " + KEY).status());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"sk-wrong-key-abcdefgh", "short", "sixteen-letters.", "fifteen-letters"})
    void check152_aWrongKeyIsNotRepeatedInFull(String wrong) throws IOException {
        Reply reply = RawClient.get(locked, "/v1/models", "Authorization: Bearer " + wrong);
        assertFalse(reply.body().contains(wrong), reply.body());
        int shown = reply.body().contains(wrong.substring(0, 4)) ? 8 : 0;
        assertTrue(shown * 2 <= wrong.length(), reply.body());
    }

    @Test
    void withoutKeysAnyAuthorizationIsAccepted() throws IOException {
        assertPassed(RawClient.get(open, "/v1/models", "Authorization: Bearer anything"));
        assertPassed(RawClient.get(open, "/v1/models"));
    }

    @Test
    void keysOfAFileCountAndAreReadAgainWhenItChanges(@TempDir Path dir) throws Exception {
        Path file = dir.resolve("keys");
        Files.writeString(file, "file-key-one-000000\n\n  file-key-two-000000  \n");
        HttpSettings settings =
                Servers.settings()
                        .change()
                        .apiKeys(List.of(KEY))
                        .apiKeyFile(Optional.of(file))
                        .build();
        try (ApiServer server = Servers.loading(settings)) {
            assertPassed(RawClient.get(server, "/v1/models", "X-Api-Key: " + KEY));
            assertPassed(RawClient.get(server, "/v1/models", "X-Api-Key: file-key-one-000000"));
            assertPassed(RawClient.get(server, "/v1/models", "X-Api-Key: file-key-two-000000"));
            Files.writeString(file, "file-key-three-0000\n");
            Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
            long end = System.nanoTime() + 20_000_000_000L;
            int status;
            do {
                Thread.sleep(100);
                status =
                        RawClient.get(server, "/v1/models", "X-Api-Key: file-key-one-000000")
                                .status();
            } while (status != 401 && System.nanoTime() < end);
            assertEquals(401, status);
            assertPassed(RawClient.get(server, "/v1/models", "X-Api-Key: file-key-three-0000"));
            // A file that cannot be read any more changes nothing.
            Files.delete(file);
            Thread.sleep(1200);
            assertPassed(RawClient.get(server, "/v1/models", "X-Api-Key: file-key-three-0000"));
        }
    }

    @Test
    void aKeyFileThatCannotBeReadStopsTheStart(@TempDir Path dir) {
        HttpSettings settings =
                Servers.settings().change().apiKeyFile(Optional.of(dir.resolve("none"))).build();
        ListenException e = assertThrows(ListenException.class, () -> Servers.loading(settings));
        assertTrue(e.getMessage().contains("none"), e.getMessage());
    }

    @Test
    void anEmptyKeyFileLetsNobodyIn(@TempDir Path dir) throws IOException {
        Path file = dir.resolve("keys");
        Files.writeString(file, "\n");
        HttpSettings settings = Servers.settings().change().apiKeyFile(Optional.of(file)).build();
        try (ApiServer server = Servers.loading(settings)) {
            assertEquals(401, RawClient.get(server, "/v1/models").status());
            assertEquals(401, RawClient.get(server, "/v1/models", "X-Api-Key: a").status());
        }
    }

    @Test
    void check153_withoutAKeyItDoesNotListenOnTheNetwork() throws IOException {
        HttpSettings settings = Servers.settings().change().host("0.0.0.0").build();
        ListenException e = assertThrows(ListenException.class, () -> Servers.loading(settings));
        assertTrue(e.getMessage().contains("ALLOW_UNAUTHENTICATED"), e.getMessage());
        try (ApiServer server =
                Servers.loading(settings.change().allowUnauthenticated(true).build())) {
            assertPassed(RawClient.get(server, "/v1/models", "Host: some.name:1"));
        }
        try (ApiServer server = Servers.loading(settings.change().apiKeys(List.of(KEY)).build())) {
            assertEquals(401, RawClient.get(server, "/v1/models", "Host: some.name:1").status());
        }
    }

    @Test
    void loopbackMeansBothAddresses() throws IOException {
        InetAddress v6 =
                InetAddress.getByAddress(
                        new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
        boolean has6 = NetworkInterface.getByInetAddress(v6) != null;
        String port = ":" + open.port();
        assertEquals(
                has6
                        ? List.of("http://127.0.0.1" + port, "http://[::1]" + port)
                        : List.of("http://127.0.0.1" + port),
                open.addresses());
    }

    @Test
    void aPortInUseStopsTheStart() {
        HttpSettings settings = Servers.settings().change().port(open.port()).build();
        ListenException e = assertThrows(ListenException.class, () -> Servers.loading(settings));
        assertTrue(e.getMessage().contains(":" + open.port()), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "localhost:8000",
                "LOCALHOST:1",
                "127.0.0.1",
                "127.0.0.1:8000",
                "[::1]",
                "[::1]:8000"
            })
    void aLoopbackHostIsServed(String host) throws IOException {
        assertPassed(RawClient.get(open, "/v1/models", "Host: " + host));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.2"})
    void aForeignHostIsRefusedWhereNoKeyProtects(String host) throws IOException {
        for (String path : List.of("/v1/models", "/health", "/nope")) {
            Reply reply = RawClient.get(open, path, "Host: " + host);
            assertEquals(403, reply.status());
            assertEquals("forbidden", reply.code());
        }
        assertEquals(401, RawClient.get(locked, "/v1/models", "Host: " + host).status());
    }

    @Test
    void allowedHostsAreServed() throws IOException {
        HttpSettings settings =
                Servers.settings().change().allowedHosts(List.of("Box.local", "b.local:1")).build();
        try (ApiServer server = Servers.loading(settings)) {
            assertPassed(RawClient.get(server, "/v1/models", "Host: box.LOCAL:8000"));
            assertPassed(RawClient.get(server, "/v1/models", "Host: b.local:1"));
            assertEquals(403, RawClient.get(server, "/v1/models", "Host: b.local:2").status());
        }
    }

    @Test
    void check154_preflightOfAnAllowedPageIsAnswered() throws IOException {
        Reply reply =
                RawClient.request(
                        open,
                        "OPTIONS",
                        "/v1/chat/completions",
                        "Origin: " + PAGE,
                        "Access-Control-Request-Method: POST",
                        "Access-Control-Request-Headers: authorization,x-stainless-lang");
        assertEquals(204, reply.status());
        assertEquals(PAGE, reply.header("access-control-allow-origin"));
        assertEquals("GET, POST, OPTIONS, DELETE", reply.header("access-control-allow-methods"));
        assertEquals(
                "authorization,x-stainless-lang", reply.header("access-control-allow-headers"));
        assertEquals("600", reply.header("access-control-max-age"));
        assertEquals("Origin", reply.header("vary"));
    }

    @Test
    void check154_preflightOfAForeignPageGetsNoPermission() throws IOException {
        for (ApiServer server : List.of(open, locked)) {
            Reply reply =
                    RawClient.request(
                            server,
                            "OPTIONS",
                            "/v1/chat/completions",
                            "Origin: " + EVIL,
                            "Access-Control-Request-Method: POST");
            assertEquals(204, reply.status());
            assertTrue(
                    reply.headers().keySet().stream()
                            .noneMatch(h -> h.startsWith("access-control")),
                    reply.headers().toString());
        }
    }

    @Test
    void aPreflightNeedsNoKey() throws IOException {
        HttpSettings settings =
                Servers.settings()
                        .change()
                        .apiKeys(List.of(KEY))
                        .allowedOrigins(List.of("https://app.example"))
                        .build();
        try (ApiServer server = Servers.loading(settings)) {
            Reply reply =
                    RawClient.request(
                            server,
                            "OPTIONS",
                            "/v1/models",
                            "Origin: https://app.example",
                            "Access-Control-Request-Method: GET");
            assertEquals(204, reply.status());
            assertEquals("https://app.example", reply.header("access-control-allow-origin"));
            Reply refused = RawClient.get(server, "/v1/models", "Origin: https://app.example");
            assertEquals(401, refused.status());
            // The page must be able to read why.
            assertEquals("https://app.example", refused.header("access-control-allow-origin"));
            assertTrue(refused.header("access-control-expose-headers").contains("x-request-id"));
        }
    }

    @Test
    void aForeignPageIsRefusedWhereNoKeyProtects() throws IOException {
        Reply reply = RawClient.post(open, "/v1/tokenize", "{}", "Origin: " + EVIL);
        assertEquals(403, reply.status());
        assertEquals("forbidden", reply.code());
        assertEquals("", reply.header("access-control-allow-origin"));
        assertEquals(403, RawClient.post(open, "/v1/tokenize", "{}", "Origin: null").status());
        for (String page :
                List.of(
                        "http://localhost.evil.example",
                        "http://localhost:80.evil.example",
                        "https://localhost:3000x")) {
            assertEquals(
                    403,
                    RawClient.post(open, "/v1/tokenize", "{}", "Origin: " + page).status(),
                    page);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {PAGE, "http://localhost", "http://127.0.0.1:5173", "http://[::1]:1"})
    void aLocalPageMayUseAServerWithoutKeys(String page) throws IOException {
        Reply reply = RawClient.get(open, "/v1/models", "Origin: " + page);
        assertPassed(reply);
        assertEquals(page, reply.header("access-control-allow-origin"));
    }

    @Test
    void aStarAllowsEveryPage() throws IOException {
        HttpSettings settings = Servers.settings().change().allowedOrigins(List.of("*")).build();
        try (ApiServer server = Servers.loading(settings)) {
            Reply reply = RawClient.get(server, "/v1/models", "Origin: " + EVIL);
            assertPassed(reply);
            assertEquals(EVIL, reply.header("access-control-allow-origin"));
        }
    }
}
