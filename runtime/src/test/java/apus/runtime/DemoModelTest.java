package apus.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The model that ships with Apus, against what the reference implementation says of it. */
@Timeout(300)
class DemoModelTest {
    /** Below this gap of the best two logits, another order of summation may choose otherwise. */
    private static final double CLEAR_MARGIN = 0.05;

    private static Engine engine;
    private static List<Case> cases;

    private record Case(
            String id,
            JsonNode json,
            int[] prompt,
            int maxTokens,
            int[] greedy,
            double[] margins,
            String text,
            String finish) {
        /** Tokens up to the first that might rightly differ. */
        int certain() {
            return (int)
                    IntStream.range(0, greedy.length)
                            .takeWhile(i -> margins[i] >= CLEAR_MARGIN)
                            .count();
        }

        Request request() {
            return Request.of(prompt, Sampling.GREEDY, Stops.after(maxTokens));
        }
    }

    @BeforeAll
    static void open() throws IOException {
        JsonNode golden =
                new JsonMapper()
                        .readTree(
                                Files.readAllBytes(
                                        Path.of(
                                                System.getProperty("apus.testdata"),
                                                "apus-demo",
                                                "golden.json")));
        cases =
                StreamSupport.stream(golden.get("prompts").spliterator(), false)
                        .map(DemoModelTest::read)
                        .toList();
        engine =
                Engine.open(
                        Path.of(System.getProperty("apus.demoModel")), EngineOptions.defaults());
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    private static Case read(JsonNode p) {
        return new Case(
                p.get("id").asText(),
                p,
                ints(p.get("prompt_ids")),
                p.get("max_tokens").intValue(),
                ints(p.get("greedy_ids")),
                StreamSupport.stream(p.get("margins").spliterator(), false)
                        .mapToDouble(JsonNode::doubleValue)
                        .toArray(),
                p.get("greedy_text").asText(),
                p.get("finish").asText());
    }

    private static int[] ints(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::intValue)
                .toArray();
    }

    private static void assertGolden(Case c, Result.Choice choice) {
        int certain = c.certain();
        assertArrayEquals(
                Arrays.copyOf(c.greedy(), certain),
                Arrays.copyOf(choice.tokenIds(), certain),
                "case " + c.id());
        if (certain == c.greedy().length) {
            assertEquals(c.greedy().length, choice.tokenIds().length, "case " + c.id());
            assertEquals(c.text(), choice.text(), "case " + c.id());
            assertEquals(c.finish().equals("stop"), choice.finish() instanceof Finish.Stop, c.id());
        }
    }

    @Test
    void whatThePrefixCacheHoldsIsWhatWouldBeComputed() throws InterruptedException {
        Path model = Path.of(System.getProperty("apus.demoModel"));
        EngineOptions options = EngineOptions.defaults();
        LogprobOptions logprobs =
                new LogprobOptions(3, LogprobOptions.OFF, LogprobOptions.Source.RAW);
        try (Engine with = Engine.open(model, options);
                Engine without =
                        Engine.open(model, options.change().prefixCaching(false).build())) {
            Stops stops = Stops.builder().maxTokens(12).ignoreEos(true).build();
            int found = 0;
            for (Case c : cases.stream().filter(c -> c.prompt().length < 200).limit(8).toList()) {
                // The next turn of the same conversation: all of the first is in the cache.
                Request turn = c.request().with(logprobs);
                Result first = with.submit(turn).await();
                int[] answer = first.choices().getFirst().tokenIds();
                int[] prompt = Arrays.copyOf(c.prompt(), c.prompt().length + answer.length + 3);
                System.arraycopy(answer, 0, prompt, c.prompt().length, answer.length);
                Request next = Request.of(prompt, Sampling.GREEDY, stops).with(logprobs);
                Result cached = with.submit(next).await();
                Result computed = without.submit(next).await();
                assertEquals(0, computed.usage().cachedTokens());
                found += cached.usage().cachedTokens();
                assertEquals(bits(computed), bits(cached), "case " + c.id());
            }
            assertTrue(found >= 8 * 16, "tokens found: " + found);
        }
    }

    /** Every bit of the log-probabilities of an answer. */
    private static List<String> bits(Result result) {
        List<String> bits = new ArrayList<>();
        for (TokenLogprobs t : result.choices().getFirst().logprobs()) {
            bits.add(t.id() + " " + t.logprob() + Arrays.toString(t.topLogprobs()));
        }
        assertTrue(!bits.isEmpty());
        return bits;
    }

    @Test
    void greedyAnswersAreTheGoldenOnesAlone() throws InterruptedException {
        assertEquals(40, cases.size());
        assertTrue(
                cases.stream().filter(c -> c.certain() == c.greedy().length).count() >= 30,
                "most cases are certain to their end");
        for (Case c : cases) {
            assertGolden(c, engine.submit(c.request()).await().choices().getFirst());
        }
    }

    @Test
    void greedyAnswersAreTheGoldenOnesSixteenAtATime() throws InterruptedException {
        for (int from = 0; from < cases.size(); from += 16) {
            List<Case> group = cases.subList(from, Math.min(cases.size(), from + 16));
            List<Generation> running = new ArrayList<>();
            for (Case c : group) {
                running.add(engine.submit(c.request()));
            }
            for (int i = 0; i < group.size(); i++) {
                assertGolden(group.get(i), running.get(i).await().choices().getFirst());
            }
        }
    }

    @Test
    void aSeededAnswerIsTheSameAloneAndAmidStrangers() throws InterruptedException {
        Request seeded =
                cases.getFirst()
                        .request()
                        .with(Search.draw(2))
                        .with(new LogprobOptions(3, 2, LogprobOptions.Source.RAW));
        seeded =
                new Request(
                        seeded.prompt(),
                        seeded.search(),
                        Sampling.builder().temperature(1.2).topP(0.95).build().withSeed(11),
                        Stops.after(60),
                        true,
                        seeded.logprobs(),
                        "");
        Result alone = engine.submit(seeded).await();
        List<Generation> strangers = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            strangers.add(
                    engine.submit(
                            Request.of(
                                    cases.get(i + 1).prompt(),
                                    Sampling.builder().temperature(1).build(),
                                    Stops.after(80))));
        }
        Result amid = engine.submit(seeded).await();
        for (Generation stranger : strangers) {
            stranger.await();
        }
        for (int i = 0; i < 2; i++) {
            assertArrayEquals(alone.choices().get(i).tokenIds(), amid.choices().get(i).tokenIds());
            assertEquals(alone.choices().get(i).text(), amid.choices().get(i).text());
        }
        // Bit for bit, not within a tolerance.
        for (int i = 0; i < alone.promptLogprobs().size(); i++) {
            assertEquals(
                    alone.promptLogprobs().get(i).logprob(),
                    amid.promptLogprobs().get(i).logprob());
        }
    }

    @Test
    void theChatTemplateGivesTheGoldenPrompts() {
        int chats = 0;
        for (Case c : cases) {
            if (!c.json().path("messages").isArray()) {
                continue;
            }
            chats++;
            Conversation conversation =
                    new Conversation(
                            plainMessages(c.json().get("messages")),
                            plainTools(c.json().path("tools")),
                            List.of(),
                            true,
                            false,
                            Map.of());
            String prompt = engine.chat().render(conversation);
            assertEquals(c.json().get("rendered").asText(), prompt, "case " + c.id());
            assertArrayEquals(c.prompt(), engine.tokenizer().encode(prompt, false), c.id());
        }
        assertTrue(chats > 20, chats + " chats");
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> plainMessages(JsonNode messages) {
        return new JsonMapper().convertValue(messages, List.class);
    }

    @SuppressWarnings("unchecked")
    private static List<Object> plainTools(JsonNode tools) {
        return tools.isArray() ? new JsonMapper().convertValue(tools, List.class) : List.of();
    }
}
