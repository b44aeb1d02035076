package apus.openai.generate;

import static apus.openai.generate.Endpoint.CHAT;
import static apus.openai.generate.Endpoint.COMPLETION;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.openai.ApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ParamTableTest {
    /**
     * What a row takes and what it refuses.
     *
     * @param good values that are taken
     * @param wrongType values that are {@code invalid_type}
     * @param outside values that are refused with another code
     */
    private record Row(
            Endpoint endpoint,
            String name,
            List<String> good,
            List<String> wrongType,
            List<String> outside) {}

    private static final List<Row> ROWS = new ArrayList<>();

    private static void both(
            String name, List<String> good, List<String> wrongType, List<String> outside) {
        ROWS.add(new Row(CHAT, name, good, wrongType, outside));
        ROWS.add(new Row(COMPLETION, name, good, wrongType, outside));
    }

    private static void chat(
            String name, List<String> good, List<String> wrongType, List<String> outside) {
        ROWS.add(new Row(CHAT, name, good, wrongType, outside));
    }

    private static void completion(
            String name, List<String> good, List<String> wrongType, List<String> outside) {
        ROWS.add(new Row(COMPLETION, name, good, wrongType, outside));
    }

    private static void flag(String name) {
        both(name, List.of("true", "false"), List.of("1", "\"true\"", "{}", "[]"), List.of());
    }

    private static List<String> notNumbers() {
        return List.of("\"1\"", "true", "[]", "{}");
    }

    private static List<String> notIntegers() {
        return List.of("\"1\"", "true", "1.5", "[]", "{}");
    }

    private static List<String> notStrings() {
        return List.of("1", "true", "[]", "{}");
    }

    static {
        both(
                "temperature",
                List.of("0", "2", "0.5", "5e-1"),
                notNumbers(),
                List.of("-0.1", "2.1", "1e30"));
        both("top_p", List.of("1", "0.000001"), notNumbers(), List.of("0", "1.1", "-1"));
        both("min_p", List.of("0", "1", "0.5"), notNumbers(), List.of("-0.1", "1.5"));
        both(
                "top_k",
                List.of("-1", "0", "1", "5.0", "100000000000"),
                notIntegers(),
                List.of("-2", "-1e30"));
        both("presence_penalty", List.of("-2", "2", "0.1"), notNumbers(), List.of("2.1", "-2.1"));
        both("frequency_penalty", List.of("-2", "2", "0.1"), notNumbers(), List.of("2.1", "-2.1"));
        both("repetition_penalty", List.of("0.1", "1", "100"), notNumbers(), List.of("0", "-1"));
        both("length_penalty", List.of("-5", "0", "2.5"), notNumbers(), List.of());
        both(
                "logit_bias",
                List.of("{}", "{\"0\": 1, \"99\": -1000}"),
                List.of("1", "[]", "\"{}\"", "{\"1\": \"2\"}", "{\"1\": null}"),
                List.of(
                        "{\"abc\": 1}",
                        "{\"100\": 1}",
                        "{\"-1\": 1}",
                        "{\"01\": 1}",
                        "{\"\": 1}",
                        "{\"1.0\": 1}"));
        both(
                "allowed_token_ids",
                List.of("[0, 99]", "[5.0]"),
                List.of("1", "{}", "[\"1\"]", "[[1]]"),
                List.of("[]", "[100]", "[-1]"));
        both(
                "bad_words",
                List.of("[]", "[\"a\", \"b c\"]"),
                List.of("\"a\"", "[1]", "{}"),
                List.of("[\"\"]", many("\"a\"", 1025)));
        both(
                "seed",
                List.of("-1", "0", "9223372036854775807", "-9223372036854775808", "7.0"),
                notIntegers(),
                List.of("9223372036854775808", "1e30"));
        both(
                "n",
                List.of("1", "128", "2.0"),
                notIntegers(),
                List.of("0", "-1", "129", "100000", "1e300"));
        both("best_of", List.of("1", "128"), notIntegers(), List.of("0", "129"));
        flag("use_beam_search");
        both(
                "early_stopping",
                List.of("true", "false", "\"never\""),
                List.of("1", "[]"),
                List.of("\"maybe\""));
        chat("max_tokens", List.of("1", "99999999999", "5.0"), notIntegers(), List.of("0", "-1"));
        completion("max_tokens", List.of("0", "1", "99999999999"), notIntegers(), List.of("-1"));
        chat("max_completion_tokens", List.of("1", "9"), notIntegers(), List.of("0", "-1"));
        both("min_tokens", List.of("0", "1"), notIntegers(), List.of("-1"));
        both(
                "stop",
                List.of("\"x\"", "[]", "[\"a\", \"b\", \"c\", \"d\", \"e\"]", many("\"a\"", 64)),
                List.of("1", "{}", "[1]", "[null]"),
                List.of("\"\"", "[\"\"]", "[\"a\", \"\"]", many("\"a\"", 65)));
        both(
                "stop_token_ids",
                List.of("[]", "[0, 99]"),
                List.of("1", "[\"a\"]"),
                List.of("[100]", "[-1]"));
        flag("ignore_eos");
        flag("include_stop_str_in_output");
        both(
                "truncate_prompt_tokens",
                List.of("-1", "1", "99999999999"),
                notIntegers(),
                List.of("0", "-2"));
        both(
                "truncation_side",
                List.of("\"left\"", "\"right\""),
                notStrings(),
                List.of("\"up\"", "\"\""));
        both(
                "model",
                List.of("\"org/model\"", "\"alias\"", "\"\""),
                notStrings(),
                List.of("\"other\"", "\"ORG/model\""));
        both("stream", List.of("true", "false"), List.of("1", "\"true\""), List.of());
        both(
                "stream_options",
                List.of(),
                List.of("1", "[]", "{\"include_usage\": 1}", "{\"continuous_usage_stats\": \"x\"}"),
                List.of("{}"));
        flag("echo");
        chat("logprobs", List.of("true", "false"), List.of("1", "\"true\""), List.of());
        completion(
                "logprobs",
                List.of("0", "20"),
                List.of("true", "\"x\"", "0.5"),
                List.of("21", "-2", "-1"));
        chat("top_logprobs", List.of(), notIntegers(), List.of("21", "-1", "0"));
        both("prompt_logprobs", List.of("0", "20"), notIntegers(), List.of("21", "-1"));
        flag("return_token_ids");
        flag("return_tokens_as_token_ids");
        flag("skip_special_tokens");
        flag("spaces_between_special_tokens");
        both("request_id", List.of("\"a-1\"", "\"not an id, ignored\""), notStrings(), List.of());
        both("cache_salt", List.of("\"s\""), notStrings(), List.of());
        both("service_tier", List.of("\"auto\""), notStrings(), List.of());
        completion(
                "prompt",
                List.of(
                        "\"a\"",
                        "\"\"",
                        "[\"a\", \"b\"]",
                        "[1, 2]",
                        "[[1, 2], [3]]",
                        "[5.0]",
                        many("\"a\"", 1024)),
                List.of(
                        "1",
                        "{}",
                        "true",
                        "[1, \"a\"]",
                        "[\"a\", 1]",
                        "[[1], 2]",
                        "[[1], \"a\"]",
                        "[{}]",
                        "[null]",
                        "[[[1]]]",
                        "[[\"a\"]]"),
                List.of("[]", "[-1]", "[100]", "[999999999]", "[[-1]]", many("\"a\"", 1025)));
        completion("suffix", List.of("\"\"", "\"x\""), notStrings(), List.of());
        flag("add_special_tokens");
        chat(
                "messages",
                List.of(
                        "\"Hi\"",
                        "[{\"role\": \"user\", \"content\": \"a\"}]",
                        "[{\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\": \"a\"}]}]"),
                List.of(
                        "1",
                        "{}",
                        "[123]",
                        "[\"a\"]",
                        "[{\"role\": 5, \"content\": \"a\"}]",
                        "[{\"role\": \"user\", \"content\": 123}]",
                        "[{\"role\": \"user\", \"content\": null}]"),
                List.of(
                        "[]",
                        "[{}]",
                        "[{\"role\": \"user\"}]",
                        "[{\"role\": \"narrator\", \"content\": \"a\"}]",
                        "[{\"role\": \"user\", \"content\": [{\"type\": \"image_url\"}]}]"));
        chat("add_generation_prompt", List.of("true", "false"), List.of("1", "\"no\""), List.of());
        chat("continue_final_message", List.of("false"), List.of("1", "\"no\""), List.of("true"));
        chat("chat_template", List.of(), notStrings(), List.of("\"{{ messages }}\""));
        chat(
                "chat_template_kwargs",
                List.of("{}", "{\"enable_thinking\": false}"),
                List.of("1", "[]", "\"x\""),
                List.of(
                        "{\"messages\": []}",
                        "{\"tools\": []}",
                        "{\"add_generation_prompt\": false}"));
        chat(
                "documents",
                List.of("[]", "[{\"title\": \"a\"}]"),
                List.of("1", "{}", "[1]"),
                List.of());
        chat("reasoning_effort", List.of("\"low\"", "\"none\""), notStrings(), List.of("\"huge\""));
        both("user", List.of("\"u\""), notStrings(), List.of());
        both("store", List.of("true"), List.of("1"), List.of());
        both("metadata", List.of("{\"a\": \"b\"}"), List.of("1", "[]"), List.of());
        for (String text :
                List.of(
                        "safety_identifier",
                        "prompt_cache_key",
                        "prompt_cache_retention",
                        "verbosity")) {
            both(text, List.of("\"x\""), notStrings(), List.of());
        }
        both("prediction", List.of("{\"type\": \"content\"}"), List.of("1"), List.of());
        both("parallel_tool_calls", List.of("true", "false"), List.of("1"), List.of());
        both(
                "response_format",
                List.of("{\"type\": \"text\"}"),
                List.of("1", "\"text\"", "{\"type\": 1}"),
                List.of(
                        "{}",
                        "{\"type\": \"json_object\"}",
                        "{\"type\": \"json_schema\"}",
                        "{\"type\": \"sound\"}"));
        both("tools", List.of(), List.of("1", "{}"), List.of("[]", "[{\"type\": \"function\"}]"));
        both(
                "tool_choice",
                List.of("\"none\""),
                List.of("1", "[]"),
                List.of("\"auto\"", "\"required\"", "{\"type\": \"function\"}"));
        both(
                "modalities",
                List.of("[\"text\"]", "[]"),
                List.of("\"text\"", "[1]"),
                List.of("[\"audio\"]", "[\"text\", \"audio\"]"));
        both("include_reasoning", List.of("true"), List.of(), List.of("false"));
        both("priority", List.of("0", "0.0"), List.of(), List.of("1", "\"0\""));
        for (String name :
                List.of(
                        "functions",
                        "function_call",
                        "structured_outputs",
                        "guided_json",
                        "guided_regex",
                        "guided_choice",
                        "guided_grammar",
                        "grammar",
                        "json_schema",
                        "thinking_token_budget",
                        "logprob_token_ids",
                        "stream_interval",
                        "repetition_detection",
                        "vllm_xargs",
                        "audio",
                        "web_search_options",
                        "prompt_embeds",
                        "mm_processor_kwargs",
                        "kv_transfer_params",
                        "logits_processors",
                        "extra_body")) {
            both(name, List.of(), List.of(), List.of("{}", "1", "\"x\"", "[]"));
        }
    }

    private static String many(String element, int times) {
        return "[" + String.join(",", java.util.Collections.nCopies(times, element)) + "]";
    }

    @Test
    void everyRowOfTheTableIsTriedHere() {
        TreeSet<String> tried = new TreeSet<>();
        ROWS.forEach(row -> tried.add(row.endpoint() + " " + row.name()));
        TreeSet<String> rows = new TreeSet<>();
        ParamTable.ALL.forEach(p -> p.endpoints().forEach(e -> rows.add(e + " " + p.name())));

        assertEquals(rows, tried);
    }

    @TestFactory
    Stream<DynamicTest> goodValuesAreTakenAndNullMeansTheDefault() {
        return ROWS.stream()
                .map(row ->
                        DynamicTest.dynamicTest(
                                row.endpoint() + " " + row.name(),
                                () -> {
                                    for (String value : row.good()) {
                                        Requests.read(row.endpoint(), body(row, value));
                                    }
                                    if (!row.name().equals("messages")
                                            && !row.name().equals("prompt")) {
                                        Params params =
                                                Requests.read(row.endpoint(), body(row, "null"));
                                        assertFalse(
                                                params.sent(
                                                        ParamTable.find(row.endpoint(), row.name())
                                                                .get()));
                                    }
                                }));
    }

    @TestFactory
    Stream<DynamicTest> badValuesAreRefusedByName() {
        return ROWS.stream()
                .map(row ->
                        DynamicTest.dynamicTest(
                                row.endpoint() + " " + row.name(),
                                () -> {
                                    for (String value : row.wrongType()) {
                                        ApiException e = refusal(row, value);
                                        assertEquals(
                                                "invalid_type",
                                                e.code(),
                                                value + ": " + e.getMessage());
                                    }
                                    for (String value : row.outside()) {
                                        assertFalse(
                                                refusal(row, value).code().equals("invalid_type"),
                                                value);
                                    }
                                }));
    }

    private static ApiException refusal(Row row, String value) {
        ApiException e;
        try {
            e = Requests.refused(() -> Requests.read(row.endpoint(), body(row, value)));
        } catch (AssertionError accepted) {
            throw new AssertionError(row.name() + " took " + value, accepted);
        }
        if (row.name().equals("model") && e.status() == 404) {
            assertEquals("model_not_found", e.code());
            return e;
        }
        assertEquals(400, e.status());
        assertTrue(e.param().startsWith(row.name()), e.param());
        assertTrue(e.getMessage().startsWith("'" + row.name()), e.getMessage());
        assertTrue(e.getMessage().endsWith("."), e.getMessage());
        return e;
    }

    private static String body(Row row, String value) {
        String member = "\"" + row.name() + "\": " + value;
        return row.name().equals("messages") || row.name().equals("prompt")
                ? "{" + member + "}"
                : Requests.body(row.endpoint(), member);
    }

    @Test
    void aNameStandsOnceForEachEndpoint() {
        for (Param<?> param : ParamTable.ALL) {
            for (Endpoint endpoint : param.endpoints()) {
                assertEquals(Optional.of(param), ParamTable.find(endpoint, param.name()));
            }
        }
    }
}
