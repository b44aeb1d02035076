package apus.openai.generate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

/** Token ids as JSON. */
final class TokenIds {
    private TokenIds() {}

    static ArrayNode json(int[] ids) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode(ids.length);
        for (int id : ids) {
            array.add(id);
        }
        return array;
    }
}
