package apus.openai.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.runtime.Engine;
import apus.runtime.EngineOptions;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What clients and load balancers see when a device goes away in the middle of requests. */
@Timeout(60)
final class LostDeviceTest {
    private static final String CHAT = "/v1/chat/completions";

    private static String body(boolean stream) {
        return "{\"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}], \"max_tokens\": 8,"
                + " \"stream\": "
                + stream
                + "}";
    }

    private static Engine engine(Path scratch) throws Exception {
        Path services = Files.createDirectories(scratch.resolve("META-INF/services"));
        Files.writeString(
                services.resolve("apus.kernels.ExecutorProvider"), LosableDevice.class.getName());
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        URL[] first = {scratch.toUri().toURL()};
        try (URLClassLoader loader = new URLClassLoader(first, before)) {
            thread.setContextClassLoader(loader);
            return Engine.open(
                    Path.of(System.getProperty("apus.demoModel")),
                    EngineOptions.builder().backend(LosableDevice.NAME).threads(1).build());
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** Running in the step that hangs, or waiting for the next. */
    private static void awaitRequests(Engine engine, int wanted) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (engine.stats().running() + engine.stats().waiting() < wanted) {
            assertTrue(System.nanoTime() < end, engine.stats().toString());
            Thread.sleep(5);
        }
    }

    @Test
    void turnsHealthRedAndEndsWhatRuns(@TempDir Path scratch) throws Exception {
        LosableDevice.lost = null;
        CountDownLatch lost = new CountDownLatch(1);
        try (Engine engine = engine(scratch);
                ApiServer server = Servers.serving(Servers.settings(), engine)) {
            assertTrue(engine.model().selfCheck().isPresent(), "a device is checked at the start");
            assertEquals(200, RawClient.get(server, "/health").status());
            assertEquals(200, RawClient.post(server, CHAT, body(false)).status());

            LosableDevice.lost = lost;
            try (RawClient whole = RawClient.connect(server);
                    RawClient stream = RawClient.connect(server)) {
                whole.send("POST", CHAT, body(false));
                stream.send("POST", CHAT, body(true));
                awaitRequests(engine, 2);
                lost.countDown();

                RawClient.Reply answer = whole.reply();
                assertEquals(503, answer.status(), answer.body());
                assertEquals("engine_dead", answer.code());
                RawClient.Reply events = stream.reply();
                assertTrue(events.body().contains("engine_dead"), events.body());
                assertFalse(events.body().contains("finish_reason\":\"stop"), events.body());
            }
            assertEquals(Engine.State.DEAD, engine.state());
            for (String path : new String[] {"/health", "/v1/health", "/ping"}) {
                RawClient.Reply health = RawClient.get(server, path);
                assertEquals(503, health.status(), path);
                assertEquals("engine_dead", health.code());
            }
            RawClient.Reply next = RawClient.post(server, CHAT, body(false));
            assertEquals(503, next.status());
            assertEquals("engine_dead", next.code());
            assertEquals(200, RawClient.get(server, "/metrics").status(), "why it died is counted");
        } finally {
            LosableDevice.lost = null;
            lost.countDown();
        }
    }
}
