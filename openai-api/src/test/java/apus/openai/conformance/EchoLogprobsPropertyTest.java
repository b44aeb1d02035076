package apus.openai.conformance;

import static apus.openai.conformance.TestApi.COMPLETIONS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * The arrays of echo with logprobs agree with a teacher-forced pass, for any prompt. The pass goes
 * another way: a request of its own for each token, whose prompt is what stands before that token
 * and which may draw nothing else. (Logprobs are raw, so what is allowed does not change them.)
 */
class EchoLogprobsPropertyTest {
    private static final int TOP = 3;

    // A row of logits may be computed in tiles of another height; float32 has 7 digits.
    private static final double CLOSE = 1e-4;

    private static TestApi api;

    @BeforeContainer
    static void start() {
        api = TestApi.demo();
    }

    @AfterContainer
    static void stop() {
        api.close();
    }

    /** Text of any characters, or any token ids. */
    @Provide
    Arbitrary<Object> prompts() {
        Arbitrary<Object> words =
                Arbitraries.of("Once", " upon", "a fox", "\n", " 23+45", "\u00e9", "\ud83c\udf0d")
                        .list()
                        .ofMinSize(1)
                        .ofMaxSize(6)
                        .map(parts -> String.join("", parts));
        Arbitrary<Object> text =
                Arbitraries.strings()
                        .all()
                        .excludeChars(surrogates())
                        .ofMinLength(1)
                        .ofMaxLength(8)
                        .map(s -> s);
        Arbitrary<Object> ids =
                Arbitraries.integers()
                        .between(0, api.engine().tokenizer().vocabSize() - 1)
                        .list()
                        .ofMinSize(1)
                        .ofMaxSize(16)
                        .map(list -> list);
        return Arbitraries.oneOf(words, text, ids);
    }

    /** Halves of characters are not text; whole ones come with the words. */
    private static char[] surrogates() {
        char[] all = new char[Character.MAX_SURROGATE - Character.MIN_SURROGATE + 1];
        for (int i = 0; i < all.length; i++) {
            all[i] = (char) (Character.MIN_SURROGATE + i);
        }
        return all;
    }

    @Property(tries = 25, shrinking = ShrinkingMode.OFF)
    void echoedLogprobsAreThoseOfATeacherForcedPass(@ForAll("prompts") Object prompt) {
        JsonNode choice =
                api.post(
                                COMPLETIONS,
                                Body.completion(prompt)
                                        .with("max_tokens", 3)
                                        .with("ignore_eos", true)
                                        .with("skip_special_tokens", false) // hidden, no entry
                                        .with("echo", true)
                                        .with("logprobs", TOP)
                                        .with("return_token_ids", true))
                        .ok()
                        .get("choices")
                        .get(0);
        List<Integer> ids = new ArrayList<>();
        choice.get("prompt_token_ids").forEach(id -> ids.add(id.intValue()));
        choice.get("token_ids").forEach(id -> ids.add(id.intValue()));
        JsonNode logprobs = choice.get("logprobs");
        for (String array : List.of("tokens", "token_logprobs", "top_logprobs", "text_offset")) {
            assertEquals(ids.size(), logprobs.get(array).size(), array);
        }
        assertTrue(logprobs.get("token_logprobs").get(0).isNull());
        assertTrue(logprobs.get("top_logprobs").get(0).isNull());
        for (int i = 1; i < ids.size(); i++) {
            JsonNode forced = forced(ids.subList(0, i), ids.get(i));
            assertEquals(
                    forced.get("token_logprobs").get(0).doubleValue(),
                    logprobs.get("token_logprobs").get(i).doubleValue(),
                    CLOSE,
                    "token " + i + " of " + ids);
            assertTop(forced.get("top_logprobs").get(0), logprobs.get("top_logprobs").get(i));
        }
    }

    /** The logprobs of a token after others, as the decoder tells them. */
    private static JsonNode forced(List<Integer> before, int token) {
        return api.post(
                        COMPLETIONS,
                        Body.completion(before)
                                .with("allowed_token_ids", List.of(token))
                                .with("max_tokens", 1)
                                .with("ignore_eos", true)
                                .with("skip_special_tokens", false)
                                .with("logprobs", TOP))
                .ok()
                .get("choices")
                .get(0)
                .get("logprobs");
    }

    /** Values in order: how a token is written may depend on those before it. */
    private static void assertTop(JsonNode forced, JsonNode echoed) {
        List<Double> wanted = values(forced);
        List<Double> found = values(echoed);
        assertEquals(wanted.size(), found.size(), forced + " and " + echoed);
        for (int i = 0; i < wanted.size(); i++) {
            assertEquals(wanted.get(i), found.get(i), CLOSE, forced + " and " + echoed);
        }
    }

    private static List<Double> values(JsonNode map) {
        List<Double> values = new ArrayList<>();
        map.forEach(value -> values.add(value.doubleValue()));
        values.sort(null);
        return values;
    }
}
