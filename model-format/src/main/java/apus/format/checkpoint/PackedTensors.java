package apus.format.checkpoint;

import apus.format.DType;
import apus.format.ModelFormatException;
import apus.format.TensorInfo;
import apus.format.UnsupportedModelException;
import apus.format.spec.WeightRef;
import java.util.Arrays;
import java.util.List;

/** Checks that the packings share. */
record PackedTensors(Shards shards) {
    /** The tensor's name without {@code .weight}. */
    static String base(WeightRef ref) {
        String name = ref.tensor();
        return name.endsWith(".weight") ? name.substring(0, name.length() - 7) : name;
    }

    TensorInfo find(String name) {
        if (!shards.has(name)) {
            throw new ModelFormatException(
                    name + ": needed by the quantised matrix, found in none of the weight files");
        }
        return shards.info(name);
    }

    TensorInfo require(String name, DType dtype, long... shape) {
        TensorInfo info = find(name);
        List<Long> wanted = Arrays.stream(shape).boxed().toList();
        if (info.dtype() != dtype || !info.shape().equals(wanted)) {
            throw new ModelFormatException(
                    name
                            + ": expected "
                            + dtype
                            + " "
                            + wanted
                            + ", found "
                            + info.dtype()
                            + " "
                            + info.shape()
                            + " in "
                            + shards.path(name).getFileName());
        }
        return info;
    }

    /** Rows of the whole tensor must hold those of the reference. */
    void requireRows(String name, WeightRef ref, long rows) {
        if (ref.transposed() || rows < ref.endRow()) {
            throw new ModelFormatException(
                    name
                            + ": expected at least "
                            + ref.endRow()
                            + " outputs from config.json, found "
                            + rows
                            + " in "
                            + shards.path(name).getFileName());
        }
    }

    static UnsupportedModelException unsupported(String name, String problem) {
        return new UnsupportedModelException(name + ": " + problem);
    }
}
