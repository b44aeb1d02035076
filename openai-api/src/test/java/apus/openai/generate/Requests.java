package apus.openai.generate;

import apus.format.checkpoint.ModelDefaults;
import apus.openai.ApiException;
import apus.openai.ApiSettings;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;

/** Reads request bodies as the routes do, with limits of a small made-up model. */
final class Requests {
    static final int VOCAB = 100;

    static final ApiSettings SETTINGS =
            ApiSettings.builder().servedNames(List.of("org/model", "alias")).build();

    static final ModelDefaults NO_DEFAULTS =
            new ModelDefaults(
                    List.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    OptionalDouble.empty(),
                    OptionalDouble.empty(),
                    OptionalInt.empty(),
                    OptionalDouble.empty(),
                    OptionalDouble.empty());

    private Requests() {}

    static ObjectNode json(String text) {
        return (ObjectNode) tree(text);
    }

    static JsonNode tree(String text) {
        try {
            return new JsonMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Limits limits(ApiSettings settings) {
        return new Limits(
                VOCAB,
                Set.of("user", "assistant", "system", "tool", "ipython")::contains,
                settings);
    }

    static Params read(Endpoint endpoint, String body, ApiSettings settings, ModelDefaults model) {
        return new ParamReader(settings).read(endpoint, json(body), limits(settings), model);
    }

    static Params read(Endpoint endpoint, String body) {
        return read(endpoint, body, SETTINGS, NO_DEFAULTS);
    }

    /** Reads a body that has nothing else than its prompt and one more member. */
    static Params with(Endpoint endpoint, String member) {
        return read(endpoint, body(endpoint, member));
    }

    /** The smallest body of an endpoint with one more member at its end. */
    static String body(Endpoint endpoint, String member) {
        String prompt =
                switch (endpoint) {
                    case CHAT -> "\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}]";
                    case COMPLETION -> "\"prompt\": \"Hi\"";
                };
        return "{" + prompt + (member.isEmpty() ? "" : ", " + member) + "}";
    }

    /** The error that reading gives. */
    static ApiException refused(Runnable reading) {
        try {
            reading.run();
        } catch (ApiException e) {
            return e;
        }
        throw new AssertionError("the request was accepted");
    }
}
