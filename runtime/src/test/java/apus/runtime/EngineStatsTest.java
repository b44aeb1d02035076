package apus.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What an engine tells of its work, counted by hand. Blocks hold four tokens, a step twelve. */
final class EngineStatsTest {
    private static final int[] PROMPT = {3, 1, 4, 1, 5, 9, 2};
    private static final long TWICE = 2L * PROMPT.length;
    private static final Search.Beam BEAMS = new Search.Beam(2, 3, 1.0, Search.EarlyStopping.FALSE);

    private static Request request(int maxTokens) {
        return Request.of(
                PROMPT,
                Sampling.builder().build().withSeed(7),
                Stops.builder().maxTokens(maxTokens).ignoreEos(true).build());
    }

    private static EngineStats after(EngineOptions options, Request... requests) throws Exception {
        try (FakeEngine fake = new FakeEngine(options)) {
            for (Request request : requests) {
                fake.engine.submit(request).await();
            }
            return fake.engine.stats();
        }
    }

    @Test
    void whatTwoChoicesDoIsCounted() throws Exception {
        EngineStats stats = after(FakeEngine.options(), request(5).with(Search.draw(2)));

        assertEquals(10, stats.generationTokens());
        assertEquals(1, stats.finished().get("length"));
        assertEquals(1, stats.timeToFirstToken().count());
        assertEquals(8, stats.interTokenLatency().count());
        assertEquals(10, stats.requestGenerationTokens().sum());
        assertEquals(5, stats.requestLongestChoice().sum());
        assertEquals(2, stats.paramsN().sum());
        assertEquals(5, stats.paramsMaxTokens().sum());
        assertEquals(1, stats.inferenceTime().count());
        assertEquals(
                stats.prefillTime().sum() + stats.decodeTime().sum(),
                stats.inferenceTime().sum(),
                1e-9);
        assertEquals(stats.decodeTime().sum() / 4, stats.timePerOutputToken().sum(), 1e-9);
        assertEquals(stats.steps(), stats.tokensPerStep().count());
        // The prompt, its last three tokens once more for the second choice, four each to go on.
        assertEquals(7 + 3 + 4 + 4, stats.tokensPerStep().sum());
        assertEquals(0, stats.running());
        assertEquals(0, stats.waiting());
        assertEquals(0.0, stats.kvCacheUsage());
    }

    static List<Search> searches() {
        return List.of(
                Search.SINGLE, Search.draw(4), new Search.Draw(1, 3, Search.Score.SUM), BEAMS);
    }

    @ParameterizedTest
    @MethodSource("searches")
    void aPromptCountsOnceWhateverItsChoices(Search search) throws Exception {
        Request request = request(6).with(search);
        EngineStats stats = after(FakeEngine.options(), request, request);

        assertEquals(TWICE, stats.promptTokens());
        assertEquals((double) TWICE, stats.requestPromptTokens().sum());
        assertEquals(TWICE, stats.prefixQueries());
        assertEquals(4, stats.prefixHits(), "the full block of the first request");
    }

    @Test
    void withoutAPrefixCacheNothingIsLookedUp() throws Exception {
        EngineOptions options = FakeEngine.options().change().prefixCaching(false).build();
        EngineStats stats = after(options, request(2), request(2));

        assertEquals(TWICE, stats.promptTokens());
        assertEquals(0, stats.prefixQueries());
        assertEquals(0, stats.prefixHits());
    }

    @Test
    void whoWantsEveryRowOfThePromptIsNotLookedUp() throws Exception {
        LogprobOptions everyRow =
                new LogprobOptions(LogprobOptions.OFF, 1, LogprobOptions.Source.RAW);
        EngineStats stats = after(FakeEngine.options(), request(2), request(2).with(everyRow));

        assertEquals(TWICE, stats.promptTokens());
        assertEquals(PROMPT.length, stats.prefixQueries());
        assertEquals(0, stats.prefixHits());
    }

    @Test
    void anUnboundedChoiceCouldFillTheContext() throws Exception {
        EngineStats stats = after(FakeEngine.options(), request(Stops.UNLIMITED));

        assertEquals(FakeEngine.CONTEXT - PROMPT.length, stats.paramsMaxTokens().sum());
        assertTrue(stats.requestLongestChoice().sum() > 0);
    }
}
