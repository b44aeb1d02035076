package apus.format.checkpoint;

import apus.format.Json;
import apus.format.ModelFormatException;
import apus.format.SafetensorsFile;
import apus.format.TensorInfo;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The weight files of a directory: {@code model.safetensors}, or the shards that {@code
 * model.safetensors.index.json} names.
 */
final class Shards {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final long MAX_INDEX_BYTES = 100_000_000;

    private final List<SafetensorsFile> files;
    private final Map<String, SafetensorsFile> home;

    private Shards(List<SafetensorsFile> files, Map<String, SafetensorsFile> home) {
        this.files = List.copyOf(files);
        this.home = home;
    }

    static Shards map(Path dir, Arena arena) {
        if (Files.exists(dir.resolve(SINGLE))) {
            return join(List.of(SafetensorsFile.map(dir.resolve(SINGLE), arena)));
        }
        Path index = dir.resolve(INDEX);
        if (!Files.exists(index)) {
            throw new ModelFormatException(
                    dir
                            + ": found neither "
                            + SINGLE
                            + " nor "
                            + INDEX
                            + "; Apus reads HuggingFace directories with safetensors weights");
        }
        Map<String, String> weightMap = weightMap(index);
        List<SafetensorsFile> files = new ArrayList<>();
        for (String name : new TreeSet<>(weightMap.values())) {
            files.add(SafetensorsFile.map(dir.resolve(name), arena));
        }
        Shards shards = join(files);
        shards.checkAgainst(index, weightMap);
        return shards;
    }

    private static Map<String, String> weightMap(Path index) {
        if (!(Json.readObject(index, MAX_INDEX_BYTES).get("weight_map")
                instanceof ObjectNode node)) {
            throw new ModelFormatException(index + ": 'weight_map' must be an object");
        }
        Map<String, String> map = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            String file = entry.getValue().textValue();
            // A shard's name must not lead out of the directory, nor to anything but weights.
            if (file == null || !file.matches("[A-Za-z0-9._-]{1,200}\\.safetensors")) {
                throw new ModelFormatException(
                        index
                                + ": 'weight_map' puts "
                                + Json.shorten(entry.getKey())
                                + " into "
                                + Json.shorten(entry.getValue().toString())
                                + ", which is not the name of a .safetensors file beside the index");
            }
            map.put(entry.getKey(), file);
        }
        if (map.isEmpty()) {
            throw new ModelFormatException(index + ": 'weight_map' is empty");
        }
        return map;
    }

    private static Shards join(List<SafetensorsFile> files) {
        Map<String, SafetensorsFile> home = new LinkedHashMap<>();
        for (SafetensorsFile file : files) {
            for (String tensor : file.tensors().keySet()) {
                SafetensorsFile other = home.put(tensor, file);
                if (other != null) {
                    throw new ModelFormatException(
                            file.path()
                                    + ": "
                                    + Json.shorten(tensor)
                                    + " is in "
                                    + other.path()
                                    + " too");
                }
            }
        }
        return new Shards(files, home);
    }

    private void checkAgainst(Path index, Map<String, String> weightMap) {
        for (Map.Entry<String, String> entry : weightMap.entrySet()) {
            SafetensorsFile file = home.get(entry.getKey());
            if (file == null || !file.path().getFileName().toString().equals(entry.getValue())) {
                throw new ModelFormatException(
                        index
                                + ": 'weight_map' puts "
                                + Json.shorten(entry.getKey())
                                + " into "
                                + entry.getValue()
                                + ", but it is "
                                + (file == null
                                        ? "in no file"
                                        : "in " + file.path().getFileName()));
            }
        }
        for (Map.Entry<String, SafetensorsFile> entry : home.entrySet()) {
            if (!weightMap.containsKey(entry.getKey())) {
                throw new ModelFormatException(
                        entry.getValue().path()
                                + ": "
                                + Json.shorten(entry.getKey())
                                + " is missing from 'weight_map' of "
                                + index.getFileName());
            }
        }
    }

    List<SafetensorsFile> files() {
        return files;
    }

    Set<String> names() {
        return home.keySet();
    }

    boolean has(String tensor) {
        return home.containsKey(tensor);
    }

    TensorInfo info(String tensor) {
        return home.get(tensor).tensors().get(tensor);
    }

    /** The file a tensor is in. */
    Path path(String tensor) {
        return home.get(tensor).path();
    }

    /** The data for as long as the arena lives; see {@link SafetensorsFile#borrow}. */
    MemorySegment borrow(String tensor, Arena arena) {
        return home.get(tensor).borrow(info(tensor), arena);
    }

    MemorySegment data(String tensor) {
        return home.get(tensor).data(info(tensor));
    }
}
