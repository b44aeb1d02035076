package apus.openai.conformance;

import static apus.openai.conformance.TestApi.CHAT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.runtime.Generation;
import apus.runtime.Request;
import apus.runtime.Sampling;
import apus.runtime.Stops;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** A seeded request gives equal text alone, batched with 15 strangers, streamed and whole. */
class SeedPropertyTest {
    private static final int STRANGERS = 15;

    private static TestApi api;

    @BeforeContainer
    static void start() {
        api = TestApi.demo();
    }

    @AfterContainer
    static void stop() {
        api.close();
    }

    @Provide
    Arbitrary<String> questions() {
        return Arbitraries.of(
                        "Tell me a story", "Hello", " about a fox", " and a river", "?", " 3 + 4")
                .list()
                .ofMinSize(1)
                .ofMaxSize(5)
                .map(parts -> String.join("", parts));
    }

    /** All but -1, which means none. */
    @Provide
    Arbitrary<Long> seeds() {
        return Arbitraries.longs().filter(seed -> seed != -1);
    }

    @Property(tries = 6, shrinking = ShrinkingMode.OFF)
    void aSeededTextDependsOnItsRequestAlone(
            @ForAll("questions") String question,
            @ForAll("seeds") long seed,
            @ForAll @DoubleRange(min = 0.1, max = 2) double temperature,
            @ForAll @IntRange(min = 1, max = 3) int n)
            throws Exception {
        Body body =
                Body.chat(question)
                        .with("temperature", temperature)
                        .with("seed", seed)
                        .with("n", n)
                        .with("max_tokens", 24);
        List<String> alone = whole(body, n);
        assertEquals(alone, streamed(body, n), "streamed");
        assertEquals(alone, amongStrangers(() -> whole(body, n)), "among strangers");
        assertEquals(alone, amongStrangers(() -> streamed(body, n)), "streamed among strangers");
    }

    /** Asks while 15 others are in the batch from before the question until after the answer. */
    private static List<String> amongStrangers(Callable<List<String>> ask) throws Exception {
        for (int attempt = 0; attempt < 5; attempt++) {
            List<Generation> strangers = strangers();
            try {
                long ended = api.engine().stats().endToEnd().count();
                List<String> answer = ask.call();
                if (api.engine().stats().endToEnd().count() == ended + 1) {
                    return answer;
                }
            } finally {
                for (Generation stranger : strangers) {
                    stranger.close();
                    stranger.await();
                }
            }
        }
        throw new AssertionError("the strangers always end before the answer comes");
    }

    private static List<String> whole(Body body, int n) {
        var response = api.post(CHAT, body).ok();
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            texts.add(TestApi.text(response, i));
        }
        return texts;
    }

    private static List<String> streamed(Body body, int n) {
        var events = api.stream(CHAT, body);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            texts.add(TestApi.text(events, i));
        }
        return texts;
    }

    /** Requests without a seed and of all lengths, in the batch until they are closed. */
    private static List<Generation> strangers() throws InterruptedException {
        List<Generation> strangers = new ArrayList<>();
        for (int i = 0; i < STRANGERS; i++) {
            int[] prompt = api.engine().tokenizer().encode("word ".repeat(1 + i * i % 40), true);
            strangers.add(
                    api.engine()
                            .submit(
                                    Request.of(
                                            prompt,
                                            Sampling.builder().build(),
                                            Stops.builder().ignoreEos(true).build())));
        }
        long end = System.nanoTime() + 30_000_000_000L;
        while (api.engine().stats().running() < STRANGERS) {
            assertTrue(System.nanoTime() < end, () -> api.engine().stats().toString());
            Thread.sleep(2);
        }
        return strangers;
    }
}
