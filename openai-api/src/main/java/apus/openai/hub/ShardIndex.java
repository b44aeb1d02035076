package apus.openai.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedSet;
import java.util.TreeSet;

/** Which weight files an index names; not which tensor is where. */
final class ShardIndex {
    /** The index itself. */
    static final String NAME = "model.safetensors.index.json";

    private static final int MAX_BYTES = 100_000_000;
    private static final int MAX_SHARDS = 10_000;
    private static final JsonMapper JSON = new JsonMapper();

    private ShardIndex() {}

    /**
     * @throws HubException if it is no such index, or names anything but weight files beside it
     */
    static SortedSet<String> shards(Path index) {
        SortedSet<String> shards = new TreeSet<>();
        for (JsonNode value : weightMap(index)) {
            String name = value.isTextual() ? value.textValue() : value.toString();
            if (!FileNames.isPlain(name) || !name.endsWith(".safetensors")) {
                throw new HubException(
                        index
                                + ": names "
                                + Printable.quoted(name)
                                + " as a weight file, which is not a .safetensors file beside it");
            }
            shards.add(name);
            if (shards.size() > MAX_SHARDS) {
                throw new HubException(index + ": names more than " + MAX_SHARDS + " files");
            }
        }
        return shards;
    }

    private static ObjectNode weightMap(Path index) {
        try (InputStream in = Files.newInputStream(index)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length <= MAX_BYTES
                    && JSON.readTree(bytes) instanceof ObjectNode root
                    && root.get("weight_map") instanceof ObjectNode map
                    && !map.isEmpty()) {
                return map;
            }
        } catch (IOException e) {
            throw new HubException(index + ": cannot be read as JSON", e);
        }
        throw new HubException(
                index
                        + ": must be a JSON object of at most "
                        + MAX_BYTES
                        + " bytes with an object 'weight_map' that is not empty");
    }
}
