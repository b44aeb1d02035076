package apus.openai.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.openai.ApiException;
import apus.runtime.Chunk;
import apus.runtime.Finish;
import apus.runtime.Generation;
import apus.runtime.TokenLogprobs;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class StreamedAnswerTest {
    private static final Logger LOG = Logger.getLogger("apus.openai.http");
    private static final Finish END = new Finish.Stop(Optional.empty(), OptionalInt.empty());

    private static Job job(Endpoint endpoint, int prompts, int n, StreamOptions usage) {
        return job(endpoint, prompts, n, usage, "", false, "", OptionalInt.empty(), false);
    }

    private static Job job(
            Endpoint endpoint,
            int prompts,
            int n,
            StreamOptions usage,
            String prefix,
            boolean echo,
            String suffix,
            OptionalInt logprobs,
            boolean ids) {
        List<Prompt> all = new ArrayList<>();
        for (int i = 0; i < prompts; i++) {
            all.add(new Prompt(new int[] {'p', '0' + i}, "p" + i, 0, 0, true));
        }
        return new Job(
                endpoint,
                new Envelope("id-1", 5, "m", "fp_1", false),
                all,
                List.of(),
                n,
                "assistant",
                prefix,
                echo,
                suffix,
                logprobs,
                OptionalInt.empty(),
                new TokenTexts(new FakeTokenizer("<s>"), false),
                ids,
                usage,
                false,
                true);
    }

    private static Chunk chunk(int choice, String text, int... ids) {
        return new Chunk(choice, text, ids, List.of(), Optional.empty());
    }

    private static Chunk last(int choice, String text, Finish finish, int... ids) {
        return new Chunk(choice, text, ids, List.of(), Optional.of(finish));
    }

    private static List<JsonNode> send(Job job, Generation... generations) throws Exception {
        List<JsonNode> events = new ArrayList<>();
        try (Answers answers = new Answers(List.of(generations))) {
            new StreamedAnswer(job, events::add).send(answers);
        }
        return events;
    }

    private static FakeGeneration generation(Chunk... chunks) {
        return new FakeGeneration(2, List.of(), List.of(chunks));
    }

    private static List<String> deltas(List<JsonNode> events) {
        return events.stream().map(e -> e.at("/choices/0/delta").toString()).toList();
    }

    @Test
    void roleThenTextThenFinish() throws Exception {
        List<JsonNode> events =
                send(
                        job(Endpoint.CHAT, 1, 1, StreamOptions.NONE),
                        generation(chunk(0, "a", 1), chunk(0, "", 2), last(0, "bc", END, 3)));

        assertEquals(
                List.of(
                        "{\"role\":\"assistant\",\"content\":\"\"}",
                        "{\"content\":\"a\"}",
                        "{\"content\":\"bc\"}",
                        "{}"),
                deltas(events));
        assertEquals("stop", events.get(3).at("/choices/0/finish_reason").textValue());
        assertTrue(events.get(3).at("/choices/0/stop_reason").isNull());
        assertEquals(3, events.get(3).at("/timings/predicted_n").intValue());
        for (JsonNode event : events) {
            assertEquals("id-1", event.get("id").textValue());
            assertFalse(event.has("usage"));
        }
    }

    @Test
    void stopReasonsAreTheStringOrTheToken() throws Exception {
        for (Finish finish :
                List.of(
                        new Finish.Stop(Optional.of("x"), OptionalInt.empty()),
                        new Finish.Stop(Optional.empty(), OptionalInt.of(7)))) {
            JsonNode choice =
                    send(
                                    job(Endpoint.COMPLETION, 1, 1, StreamOptions.NONE),
                                    generation(last(0, "", finish, 1)))
                            .getLast()
                            .at("/choices/0");
            assertEquals("stop", choice.get("finish_reason").textValue());
            assertTrue(List.of("\"x\"", "7").contains(choice.get("stop_reason").toString()));
        }
    }

    @Test
    void theFirstChunkOfEachChoiceOpensIt() throws Exception {
        List<JsonNode> events =
                send(
                        job(
                                Endpoint.CHAT,
                                1,
                                2,
                                StreamOptions.NONE,
                                "so ",
                                false,
                                "",
                                OptionalInt.empty(),
                                true),
                        generation(
                                chunk(1, "b", 2),
                                chunk(0, "a", 1),
                                last(1, "", new Finish.Length(), 3),
                                last(0, "", END, 4)));

        assertEquals(
                List.of(1, 1, 1, 0, 0, 0, 1, 0),
                events.stream().map(e -> e.at("/choices/0/index").intValue()).toList());
        assertEquals("so ", events.get(1).at("/choices/0/delta/content").textValue());
        assertFalse(events.get(6).has("timings"));
        assertTrue(events.get(7).has("timings"));
        assertEquals("[112,48]", events.get(0).get("prompt_token_ids").toString());
        assertEquals("[3]", events.get(6).at("/choices/0/token_ids").toString());
    }

    @Test
    void usageRunsAlongOrComesLast() throws Exception {
        List<JsonNode> running =
                send(
                        job(Endpoint.COMPLETION, 1, 1, new StreamOptions(true, true)),
                        generation(chunk(0, "a", 1, 2), last(0, "b", END, 3)));
        List<JsonNode> atTheEnd =
                send(
                        job(Endpoint.COMPLETION, 1, 1, new StreamOptions(true, false)),
                        generation(chunk(0, "a", 1, 2), last(0, "b", END, 3)));

        assertEquals(
                List.of(2, 3, 3, 3),
                running.stream().map(e -> e.at("/usage/completion_tokens").intValue()).toList());
        assertTrue(atTheEnd.get(0).get("usage").isNull());
        assertEquals("[]", atTheEnd.getLast().get("choices").toString());
        assertEquals(5, atTheEnd.getLast().at("/usage/total_tokens").intValue());
        assertEquals(2, atTheEnd.getLast().at("/timings/prompt_n").intValue());
    }

    @Test
    void aCompletionsEchoAndSuffixStandAroundEachText() throws Exception {
        Job job =
                job(
                        Endpoint.COMPLETION,
                        2,
                        1,
                        StreamOptions.NONE,
                        "",
                        true,
                        "!",
                        OptionalInt.empty(),
                        false);
        List<JsonNode> events =
                send(
                        job,
                        generation(chunk(0, "a", 1), last(0, "", END, 2)),
                        generation(last(0, "b", END, 1)));
        StringBuilder first = new StringBuilder();
        StringBuilder second = new StringBuilder();
        for (JsonNode event : events) {
            JsonNode choice = event.at("/choices/0");
            (choice.get("index").intValue() == 0 ? first : second)
                    .append(choice.get("text").textValue());
        }

        assertEquals("p0a!", first.toString());
        assertEquals("p1b!", second.toString());
        assertEquals(4, events.getLast().at("/timings/prompt_n").intValue());
    }

    @Test
    void logprobsWithoutTextWaitForTheNextChunk() throws Exception {
        TokenLogprobs x = new TokenLogprobs('x', -1, 1, new int[0], new float[0]);
        TokenLogprobs y = new TokenLogprobs('y', -1, 1, new int[0], new float[0]);
        TokenLogprobs z = new TokenLogprobs('z', -1, 1, new int[0], new float[0]);
        Job job =
                job(
                        Endpoint.COMPLETION,
                        1,
                        1,
                        StreamOptions.NONE,
                        "",
                        true,
                        "",
                        OptionalInt.of(0),
                        true);
        List<JsonNode> events =
                send(
                        job,
                        new FakeGeneration(
                                2,
                                List.of(new TokenLogprobs('0', -2, 1, new int[0], new float[0])),
                                List.of(
                                        new Chunk(
                                                0,
                                                "",
                                                new int[] {'x'},
                                                List.of(x),
                                                Optional.empty()),
                                        new Chunk(
                                                0,
                                                "xy",
                                                new int[] {'y'},
                                                List.of(y),
                                                Optional.empty()),
                                        new Chunk(
                                                0,
                                                "",
                                                new int[] {'z'},
                                                List.of(z),
                                                Optional.of(END)))));

        assertEquals(3, events.size());
        assertEquals("[0,1]", events.get(0).at("/choices/0/logprobs/text_offset").toString());
        assertEquals("[2,3]", events.get(1).at("/choices/0/logprobs/text_offset").toString());
        assertEquals("[4]", events.get(2).at("/choices/0/logprobs/text_offset").toString());
        assertEquals("[120,121]", events.get(1).at("/choices/0/token_ids").toString());
        assertEquals("[112,48]", events.get(0).at("/choices/0/prompt_token_ids").toString());
        assertFalse(events.get(1).get("choices").get(0).has("prompt_token_ids"));
    }

    @Test
    void aFailureEndsTheStreamWithoutAFinishChunk() {
        List<JsonNode> events = new ArrayList<>();
        FakeGeneration failing =
                generation(
                        chunk(0, "a", 1),
                        last(0, "b", new Finish.Failed(new IllegalStateException("device lost"))));
        LOG.setLevel(Level.OFF); // the failure is logged, rightly, and would only frighten here
        ApiException e;
        try {
            e =
                    assertThrows(
                            ApiException.class,
                            () -> {
                                try (Answers answers = new Answers(List.of(failing))) {
                                    new StreamedAnswer(
                                                    job(
                                                            Endpoint.CHAT,
                                                            1,
                                                            1,
                                                            new StreamOptions(true, false)),
                                                    events::add)
                                            .send(answers);
                                }
                            });
        } finally {
            LOG.setLevel(null);
        }

        assertEquals(500, e.status());
        assertFalse(e.getMessage().contains("device lost"));
        assertTrue(events.getLast().at("/choices/0/finish_reason").isNull());
        assertTrue(failing.cancelled);
    }

    @Test
    void aListenerWhoLeavesEndsTheWorkOfAllPrompts() {
        FakeGeneration one = generation(chunk(0, "a", 1), last(0, "b", END, 2));
        FakeGeneration two = generation(chunk(0, "a", 1), last(0, "b", END, 2));

        assertThrows(
                IllegalStateException.class,
                () -> {
                    try (Answers answers = new Answers(List.of(one, two))) {
                        new StreamedAnswer(
                                        job(Endpoint.COMPLETION, 2, 1, StreamOptions.NONE),
                                        event -> {
                                            throw new IllegalStateException("gone");
                                        })
                                .send(answers);
                    }
                });
        assertTrue(one.cancelled);
        assertTrue(two.cancelled);
    }

    @Test
    void joinedChunksAreTheWholeAnswer() throws Exception {
        Job job =
                job(
                        Endpoint.COMPLETION,
                        2,
                        2,
                        StreamOptions.NONE,
                        "",
                        true,
                        "!",
                        OptionalInt.empty(),
                        false);
        Generation[] streamed = new Generation[2];
        List<apus.runtime.Result> results = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Chunk[] chunks = {
                chunk(0, "a", 1), chunk(1, "b" + i, 2), last(0, "c", END, 3), last(1, "", END, 4)
            };
            streamed[i] = generation(chunks);
            results.add(generation(chunks).await());
        }
        String[] texts = {"", "", "", ""};
        for (JsonNode event : send(job, streamed)) {
            JsonNode choice = event.at("/choices/0");
            texts[choice.get("index").intValue()] += choice.get("text").textValue();
        }
        JsonNode whole = new WholeAnswer(job).of(results);
        for (int i = 0; i < 4; i++) {
            assertEquals(whole.at("/choices/" + i + "/text").textValue(), texts[i]);
        }
    }
}
