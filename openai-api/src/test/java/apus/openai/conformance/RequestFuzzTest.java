package apus.openai.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.runtime.EngineOptions;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Any body gives 200 or a well-formed refusal, in bounded time, and costs no memory. */
class RequestFuzzTest {
    private static TestApi api;

    @BeforeAll
    static void start() {
        // A short context and few choices bound what a lucky body can ask for.
        EngineOptions options = EngineOptions.builder().maxModelLen(64).maxSequences(16).build();
        api = TestApi.start(TestApi.DEMO, b -> b, b -> b.maxN(3).maxPrompts(4), options);
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static void send(long seed) {
        boolean chat = seed % 2 == 0;
        String body = new RandomBodies(seed).next(chat);
        TestApi.Reply reply = api.post(chat ? TestApi.CHAT : TestApi.COMPLETIONS, body);
        String told = "seed " + seed + ": " + body;
        if (reply.status() == 200) {
            assertFalse(reply.response().body().isEmpty(), told);
        } else {
            assertTrue(reply.status() >= 400 && reply.status() < 500, () -> reply + " for " + told);
            reply.error(reply.status(), "");
            assertTrue(reply.response().body().length() < 4096, told);
        }
    }

    @Test
    @Timeout(240)
    void anyBodyIsAnsweredOrRefused() {
        for (long seed = 0; seed < 1500; seed++) {
            send(seed);
        }
        assertEquals(200, api.get("/health").status());
        assertEquals(0, api.engine().stats().running());
    }

    /** {@code -Dapus.soak=100000} for the long run. */
    @Test
    @Tag("slow")
    void memoryStaysFlatOverManyRequests() {
        int requests = Integer.getInteger("apus.soak", 10_000);
        long early = 0;
        for (int i = 0; i < requests; i++) {
            send(1_000_000L + i);
            if (i == requests / 5) {
                early = used();
            }
        }
        long grown = used() - early;
        assertTrue(grown < 16 << 20, "the heap has grown by " + grown + " bytes");
        assertEquals(
                List.of(0, 0),
                List.of(api.engine().stats().running(), api.engine().stats().waiting()));
    }

    private static long used() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }
}
