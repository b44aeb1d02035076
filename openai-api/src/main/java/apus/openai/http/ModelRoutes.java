package apus.openai.http;

import apus.format.checkpoint.ModelDefaults;
import apus.openai.ApiException;
import apus.openai.ApiSettings;
import apus.openai.ServedModel;
import apus.runtime.ModelInfo;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Optional;

/** The served model under each of its names. */
final class ModelRoutes {
    private final ServedModel model;
    private final ApiSettings api;
    private final long created = System.currentTimeMillis() / 1000;

    ModelRoutes(ServedModel model, ApiSettings api) {
        this.model = model;
        this.api = api;
    }

    void list(ServerRequest request, ServerResponse response) {
        ModelInfo info = model.engine().model();
        ObjectNode list = JsonNodeFactory.instance.objectNode();
        list.put("object", "list");
        ArrayNode data = list.putArray("data");
        for (String name : api.servedNames()) {
            data.add(card(name, info));
        }
        JsonAnswer.send(request, response, list);
    }

    void one(ServerRequest request, ServerResponse response) {
        String name = Exchange.of(request).argument();
        ModelInfo info = model.engine().model();
        if (!api.servedNames().contains(name)) {
            throw unknown(name);
        }
        JsonAnswer.send(request, response, card(name, info));
    }

    /**
     * Checks the name a request gives.
     *
     * @throws ApiException 404 unless it is served, absent or empty
     */
    void check(Optional<String> requested) {
        requested
                .filter(name -> !name.isEmpty() && !api.servedNames().contains(name))
                .ifPresent(name -> {
                    throw unknown(name);
                });
    }

    private ApiException unknown(String name) {
        return ApiException.notFound(
                "model_not_found",
                "The model '%s' does not exist; this server serves %s."
                        .formatted(
                                Text.shortened(name),
                                Text.shortened(String.join(", ", api.servedNames()))));
    }

    private ObjectNode card(String name, ModelInfo info) {
        ObjectNode card = JsonNodeFactory.instance.objectNode();
        card.put("id", name);
        card.put("object", "model");
        card.put("created", created);
        card.put("owned_by", "apus");
        card.put("root", api.servedNames().getFirst());
        card.putNull("parent");
        card.put("max_model_len", info.maxModelLen());
        card.set("default_sampling_params", defaults(info.defaults()));
        return card;
    }

    /**
     * What requests get that do not say otherwise, where it differs from the API's own defaults.
     */
    private ObjectNode defaults(ModelDefaults suggested) {
        ObjectNode values = JsonNodeFactory.instance.objectNode();
        api.defaultTemperature().ifPresent(v -> values.put("temperature", v));
        if (api.modelDefaults()) {
            suggested.temperature().ifPresent(v -> values.put("temperature", v));
            suggested.topP().ifPresent(v -> values.put("top_p", v));
            suggested.topK().ifPresent(v -> values.put("top_k", v));
            suggested.minP().ifPresent(v -> values.put("min_p", v));
            suggested.repetitionPenalty().ifPresent(v -> values.put("repetition_penalty", v));
        }
        api.overrideDefaults().forEach((name, v) -> values.set(name, Json.MAPPER.valueToTree(v)));
        return values;
    }
}
