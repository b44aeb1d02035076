package apus.openai.generate;

import apus.format.checkpoint.ModelDefaults;
import apus.openai.ApiException;
import apus.openai.ApiSettings;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a request's fields by the table. Every field is read, so that rules between fields can be
 * told apart from broken fields; what is reported is the first broken field of the document.
 */
final class ParamReader {
    private final ApiSettings settings;
    private final Map<Endpoint, Map<Param<?>, Object>> overrides;

    /**
     * @throws apus.runtime.RequestException if a configured default is not one
     */
    ParamReader(ApiSettings settings) {
        this.settings = settings;
        this.overrides = Overrides.read(settings);
    }

    /**
     * Reads a request.
     *
     * @param model values that the model's makers suggest
     * @throws ApiException 400 naming the first field at fault, or 404 for an unknown model
     */
    Params read(Endpoint endpoint, ObjectNode body, Limits limits, ModelDefaults model) {
        Map<Param<?>, Object> sent = new HashMap<>();
        Map<Param<?>, Integer> places = new HashMap<>();
        List<String> unknown = new ArrayList<>();
        FirstError first = new FirstError();
        int place = 0;
        for (Map.Entry<String, JsonNode> field : body.properties()) {
            String name = field.getKey();
            Optional<Param<?>> row = ParamTable.find(endpoint, name);
            if (row.isEmpty()) {
                unknown.add(Quote.text(name));
                if (settings.strictParams()) {
                    first.offer(place, unknown(name));
                }
            } else if (!field.getValue().isNull()) {
                places.put(row.get(), place);
                try {
                    sent.put(row.get(), row.get().read(new Value(field.getValue(), name, limits)));
                } catch (ApiException e) {
                    first.offer(place, e);
                }
            }
            place++;
        }
        Params params = new Params(endpoint, sent, defaults(endpoint, model), unknown);
        for (Rules.Broken broken : Rules.broken(params, limits)) {
            first.offer(places.getOrDefault(broken.blamed(), place), broken.error());
        }
        require(params, first, place);
        first.throwIfAny();
        return params;
    }

    /** Defaults that are not the table's, the strongest last. */
    private Map<Param<?>, Object> defaults(Endpoint endpoint, ModelDefaults model) {
        Map<Param<?>, Object> defaults = new HashMap<>();
        settings.defaultTemperature().ifPresent(t -> defaults.put(SamplingParams.TEMPERATURE, t));
        if (settings.modelDefaults()) {
            model.temperature().ifPresent(t -> defaults.put(SamplingParams.TEMPERATURE, t));
            model.topP().ifPresent(p -> defaults.put(SamplingParams.TOP_P, p));
            model.topK().ifPresent(k -> defaults.put(SamplingParams.TOP_K, k));
            model.minP().ifPresent(p -> defaults.put(SamplingParams.MIN_P, p));
            model.repetitionPenalty()
                    .ifPresent(r -> defaults.put(SamplingParams.REPETITION_PENALTY, r));
        }
        defaults.putAll(overrides.get(endpoint));
        return defaults;
    }

    private static void require(Params params, FirstError first, int end) {
        Param<?> needed =
                switch (params.endpoint()) {
                    case CHAT -> ChatParams.MESSAGES;
                    case COMPLETION -> CompletionParams.PROMPT;
                };
        if (!params.sent(needed)) {
            first.offer(
                    end,
                    ApiException.badRequest(
                            "missing_required_parameter",
                            needed.name(),
                            "'" + needed.name() + "' is required."));
        }
    }

    private static ApiException unknown(String name) {
        return ApiException.badRequest(
                "unsupported_parameter",
                Quote.text(name),
                "'" + Quote.text(name) + "' is not a parameter of this request.");
    }

    /** Keeps the error of the earliest place; of equals the one that came first. */
    private static final class FirstError {
        private int place = Integer.MAX_VALUE;
        private ApiException error;

        void offer(int at, ApiException e) {
            if (at < place) {
                place = at;
                error = e;
            }
        }

        void throwIfAny() {
            if (error != null) {
                throw error;
            }
        }
    }
}
