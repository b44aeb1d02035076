package apus.openai.generate;

import apus.openai.ApiException;
import apus.openai.ApiSettings;
import apus.runtime.RequestException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/** The defaults that the server's owner has set in place of the table's. */
final class Overrides {
    private static final String SOURCE = "OVERRIDE_GENERATION_CONFIG";

    /** What generation_config.json calls max_tokens. */
    private static final String MAX_NEW_TOKENS = "max_new_tokens";

    private Overrides() {}

    /**
     * @throws RequestException naming a field that is unknown, has no settable default, or a bad
     *     value
     */
    static Map<Endpoint, Map<Param<?>, Object>> read(ApiSettings settings) {
        Map<Endpoint, Map<Param<?>, Object>> all = new EnumMap<>(Endpoint.class);
        for (Endpoint endpoint : Endpoint.values()) {
            all.put(endpoint, new HashMap<>());
        }
        // No overridable field is checked against the vocabulary or the template.
        Limits limits = new Limits(Integer.MAX_VALUE, role -> true, settings);
        settings.overrideDefaults()
                .forEach((key, value) -> {
                    String name = key.equals(MAX_NEW_TOKENS) ? "max_tokens" : key;
                    JsonNode node = PlainJson.tree(value);
                    boolean known = false;
                    for (Endpoint endpoint : Endpoint.values()) {
                        Param<?> row =
                                ParamTable.find(endpoint, name)
                                        .filter(Param::isOverridable)
                                        .orElse(null);
                        if (row != null) {
                            known = true;
                            if (!node.isNull()) {
                                all.get(endpoint).put(row, read(row, new Value(node, key, limits)));
                            }
                        }
                    }
                    if (!known) {
                        throw new RequestException(
                                SOURCE,
                                SOURCE
                                        + ": '"
                                        + key
                                        + "' is not a field whose default can be set.");
                    }
                });
        return all;
    }

    private static Object read(Param<?> row, Value value) {
        try {
            return row.read(value);
        } catch (ApiException e) {
            throw new RequestException(SOURCE, SOURCE + ": " + e.getMessage());
        }
    }
}
