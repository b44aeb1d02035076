package apus.openai.generate;

import static apus.openai.generate.Endpoint.CHAT;
import static apus.openai.generate.Endpoint.COMPLETION;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.format.checkpoint.ModelDefaults;
import apus.openai.ApiException;
import apus.openai.ApiSettings;
import apus.runtime.RequestException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ParamReaderTest {
    private static ApiException refused(Endpoint endpoint, String members) {
        return Requests.refused(() -> Requests.with(endpoint, members));
    }

    private static Params read(Endpoint endpoint, String members, ApiSettings settings) {
        return Requests.read(
                endpoint, Requests.body(endpoint, members), settings, Requests.NO_DEFAULTS);
    }

    @Test
    void promptsTimesChoicesAreBounded() {
        String body = "{\"prompt\": [%s\"a\"], \"%s\": 128}";
        Requests.read(COMPLETION, body.formatted("\"a\",".repeat(127), "n"));
        ApiException e =
                Requests.refused(
                        () -> Requests.read(COMPLETION, body.formatted("\"a\",".repeat(128), "n")));
        assertEquals("n", e.param());
        assertTrue(e.getMessage().contains("128 times 129"), e.getMessage());
        ApiException wide =
                Requests.refused(() ->
                        Requests.read(COMPLETION, body.formatted("\"a\",".repeat(128), "best_of")));
        assertEquals("best_of", wide.param());
    }

    @Test
    void theFirstBadFieldOfTheDocumentIsReported() {
        assertEquals("top_p", refused(CHAT, "\"top_p\": 0, \"n\": 0").param());
        assertEquals("n", refused(CHAT, "\"n\": 0, \"top_p\": 0").param());
    }

    @Test
    void rulesBetweenFieldsTakeTheirPlaceInTheDocument() {
        assertEquals(
                "best_of", refused(COMPLETION, "\"best_of\": 1, \"n\": 2, \"top_p\": 0").param());
        assertEquals(
                "top_p", refused(COMPLETION, "\"top_p\": 0, \"best_of\": 1, \"n\": 2").param());
        assertEquals(
                "stream_options",
                refused(CHAT, "\"stream_options\": {}, \"temperature\": 9").param());
    }

    @Test
    void aMissingPromptComesAfterAllThatIsThere() {
        ApiException e = Requests.refused(() -> Requests.read(CHAT, "{\"temperature\": 9}"));
        ApiException missing = Requests.refused(() -> Requests.read(COMPLETION, "{}"));

        assertEquals("temperature", e.param());
        assertEquals("prompt", missing.param());
        assertEquals("missing_required_parameter", missing.code());
        assertEquals(
                "messages",
                Requests.refused(() -> Requests.read(CHAT, "{\"messages\": null}")).param());
    }

    @Test
    void unknownFieldsAreCollectedInOrder() {
        Params params = Requests.with(CHAT, "\"zoo\": 1, \"ape\": null, \"prompt\": \"x\"");

        assertEquals(List.of("zoo", "ape", "prompt"), params.unknown());
    }

    @Test
    void strictServersRefuseUnknownFields() {
        ApiSettings strict = Requests.SETTINGS.change().strictParams(true).build();
        ApiException e = Requests.refused(() -> read(CHAT, "\"zoo\": 1", strict));

        assertEquals("zoo", e.param());
        assertEquals("unsupported_parameter", e.code());
        assertEquals(400, e.status());
    }

    @Test
    void messagesAreShortWhateverTheInput() {
        String long1 = "x".repeat(40_000);
        for (String member :
                List.of(
                        "\"temperature\": \"" + long1 + "\"",
                        "\"stop\": [" + "1,".repeat(50_000) + "1]",
                        "\"logit_bias\": {\"" + long1 + "\": 1}",
                        "\"model\": \"" + long1 + "\"",
                        "\"truncation_side\": \"" + long1 + "\"",
                        "\"n\": " + "9".repeat(90),
                        "\"messages\": [{\"role\": \"" + long1 + "\"}]")) {
            String body = "{\"x\": 1, " + member + "}";
            ApiException e = Requests.refused(() -> Requests.read(CHAT, body));
            assertTrue(e.getMessage().length() < 250, e.getMessage());
            assertTrue(e.param().length() < 100, e.param());
        }
    }

    @Test
    void controlCharactersDoNotReachMessages() {
        ApiException e = refused(CHAT, "\"truncation_side\": \"a\\r\\nb\\u0000\"");

        assertEquals(
                "'truncation_side' must be one of left, right, got \"a??b?\".", e.getMessage());
    }

    @Test
    void defaultsAreThoseOfTheTable() {
        assertEquals(0.7, Requests.with(CHAT, "").get(SamplingParams.TEMPERATURE));
        assertEquals(1.0, Requests.with(COMPLETION, "").get(SamplingParams.TEMPERATURE));
        assertEquals(Optional.empty(), Requests.with(COMPLETION, "").find(SamplingParams.SEED));
    }

    private static final ModelDefaults SUGGESTED =
            new ModelDefaults(
                    List.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    OptionalDouble.of(0.6),
                    OptionalDouble.of(0.9),
                    OptionalInt.of(20),
                    OptionalDouble.of(0.05),
                    OptionalDouble.of(1.1));

    @Test
    void requestBeatsOverrideBeatsModelBeatsServerBeatsTable() {
        ApiSettings.Builder server =
                Requests.SETTINGS.change().defaultTemperature(OptionalDouble.of(0.5));
        ApiSettings auto = server.modelDefaults(true).build();
        ApiSettings over =
                auto.change()
                        .overrideDefaults(Map.of("temperature", 0.3, "max_new_tokens", 7))
                        .build();
        String body = Requests.body(CHAT, "");

        assertEquals(0.5, temperature(body, server.modelDefaults(false).build()));
        assertEquals(0.6, temperature(body, auto));
        assertEquals(0.3, temperature(body, over));
        assertEquals(0.1, temperature(Requests.body(CHAT, "\"temperature\": 0.1"), over));
        assertEquals(0.3, temperature(Requests.body(CHAT, "\"temperature\": null"), over));
        Params params = Requests.read(CHAT, body, over, SUGGESTED);
        assertEquals(0.9, params.get(SamplingParams.TOP_P));
        assertEquals(20, params.get(SamplingParams.TOP_K));
        assertEquals(0.05, params.get(SamplingParams.MIN_P));
        assertEquals(1.1, params.get(SamplingParams.REPETITION_PENALTY));
        assertEquals(7L, params.find(LengthParams.MAX_TOKENS).orElseThrow());
        assertFalse(params.sent(LengthParams.MAX_TOKENS));
    }

    private static double temperature(String body, ApiSettings settings) {
        return Requests.read(CHAT, body, settings, SUGGESTED).get(SamplingParams.TEMPERATURE);
    }

    @Test
    void overridesThatAreNoneAreRefusedAtTheStart() {
        for (Map<String, Object> bad :
                List.of(
                        Map.<String, Object>of("temperature", 3),
                        Map.<String, Object>of("temperature", "hot"),
                        Map.<String, Object>of("messages", "x"),
                        Map.<String, Object>of("do_sample", true))) {
            ApiSettings settings = Requests.SETTINGS.change().overrideDefaults(bad).build();
            RequestException e =
                    assertThrows(RequestException.class, () -> new ParamReader(settings));
            assertTrue(e.getMessage().contains(bad.keySet().iterator().next()), e.getMessage());
        }
    }

    @Test
    void theModelMayBeAbsentOrEmpty() {
        assertEquals(Optional.empty(), Requests.with(CHAT, "").find(OutputParams.MODEL));
        assertEquals(
                Optional.of("org/model"),
                Requests.with(CHAT, "\"model\": \"\"").find(OutputParams.MODEL));
    }

    @Test
    void maxCompletionTokensIsAChatField() {
        assertEquals(
                Optional.of(5L),
                Context.limit(
                        Requests.with(CHAT, "\"max_completion_tokens\": 5, \"max_tokens\": 9")));
        assertEquals(
                List.of("max_completion_tokens"),
                Requests.with(COMPLETION, "\"max_completion_tokens\": 5").unknown());
    }

    @Test
    void continuingNeedsAnAssistantsMessage() {
        String assistant = "{\"messages\": [{\"role\": \"assistant\", \"content\": \"a\"}]";
        Requests.read(CHAT, assistant + ", \"continue_final_message\": true}");
        Requests.read(
                CHAT,
                assistant
                        + ", \"continue_final_message\": true, \"add_generation_prompt\": false}");
        ApiException both =
                Requests.refused(() ->
                        Requests.read(
                                CHAT,
                                assistant
                                        + ", \"continue_final_message\": true, \"add_generation_prompt\": true}"));
        ApiException user = refused(CHAT, "\"continue_final_message\": true");

        assertEquals("continue_final_message", both.param());
        assertEquals("continue_final_message", user.param());
    }

    @Test
    void minTokensIsHeldAgainstMaxTokensAndItsDefault() {
        assertEquals("min_tokens", refused(CHAT, "\"min_tokens\": 6, \"max_tokens\": 5").param());
        assertEquals("min_tokens", refused(COMPLETION, "\"min_tokens\": 17").param());
        Requests.with(CHAT, "\"min_tokens\": 600");
        Requests.with(COMPLETION, "\"min_tokens\": 16");
    }
}
