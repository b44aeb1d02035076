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
            throw wrongOutputs(name, "at least " + ref.endRow(), rows);
        }
    }

    /** A matrix that has not as many outputs as config.json says. */
    ModelFormatException wrongOutputs(String name, String wanted, long found) {
        return new ModelFormatException(
                name
                        + ": expected "
                        + wanted
                        + " outputs from config.json, found "
                        + found
                        + " in "
                        + shards.path(name).getFileName());
    }

    /** The scales of 4-bit numbers, which kernels read as they lie in the file. */
    TensorInfo scales16(String name, long... shape) {
        DType type = find(name).dtype();
        if (type != DType.F16 && type != DType.BF16) {
            throw unsupported(
                    name, "scales stored as " + type + " are not supported; F16 and BF16 are");
        }
        return require(name, type, shape);
    }

    static UnsupportedModelException unsupported(String name, String problem) {
        return new UnsupportedModelException(name + ": " + problem);
    }
}
