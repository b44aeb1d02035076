package apus.openai.generate;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What every object of one answer begins with, whole or chunk.
 *
 * @param created Unix seconds
 * @param serviceTier whether the request spoke of it
 */
record Envelope(String id, long created, String model, String fingerprint, boolean serviceTier) {
    /** A new object of this type. */
    ObjectNode begin(String object) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("id", id);
        node.put("object", object);
        node.put("created", created);
        node.put("model", model);
        node.put("system_fingerprint", fingerprint);
        if (serviceTier) {
            node.put("service_tier", "default");
        }
        return node;
    }
}
