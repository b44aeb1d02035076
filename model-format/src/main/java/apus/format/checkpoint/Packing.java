package apus.format.checkpoint;

import apus.format.Json;
import apus.format.JsonObject;
import apus.format.UnsupportedModelException;
import apus.format.Weight;
import apus.format.spec.WeightRef;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * A way in which quantised matrices lie in the files: several tensors where a plain matrix would be
 * one. Reading turns them into one of {@link apus.format.Format}'s forms, so that kernels never see
 * a foreign order.
 */
interface Packing {
    /** Whether the files hold this matrix so. */
    boolean holds(WeightRef ref);

    /**
     * What a matrix consists of.
     *
     * @throws apus.format.ModelFormatException if a tensor is missing, or has the wrong type or
     *     shape
     */
    Parts check(WeightRef ref);

    /**
     * The tensors in which a matrix lies, the one with its numbers first.
     *
     * @param outputs of the whole matrix in the files, of which a reference may want some
     */
    record Parts(List<String> tensors, long outputs) {}

    /** Memory that {@link #read} takes for a matrix, checked before, in bytes. */
    long bytes(WeightRef ref);

    /** Whether {@link #read} copies the matrix, rather than to use the mapped file. */
    boolean copies(WeightRef ref);

    /**
     * The matrix, checked before.
     *
     * @param arena for what has to be copied
     */
    Weight read(WeightRef ref, Arena arena);

    /**
     * The packing that {@code quantization_config} names, or none.
     *
     * @throws UnsupportedModelException if it is not known
     */
    static Packing of(JsonObject config, Shards shards) {
        if (!config.has("quantization_config")) {
            return new Unpacked();
        }
        JsonObject q = config.requireObject("quantization_config");
        String method = q.text("quant_method").orElse("missing");
        return switch (method) {
            case "gptq" -> Gptq.of(q, shards);
            case "awq" -> Awq.of(q, shards);
            case "fp8" -> Fp8Packing.ofFp8(q, shards);
            case "compressed-tensors" -> Fp8Packing.ofCompressedTensors(q, shards);
            case "mxfp4" -> new Mxfp4Packing(shards);
            default ->
                    throw new UnsupportedModelException(
                            q.where()
                                    + ": weights quantised by '"
                                    + Json.shorten(method)
                                    + "' are not supported; gptq, awq, fp8, compressed-tensors"
                                    + " (float-quantized) and mxfp4 are");
        };
    }

    /** Plain tensors alone. */
    record Unpacked() implements Packing {
        @Override
        public boolean holds(WeightRef ref) {
            return false;
        }

        @Override
        public Parts check(WeightRef ref) {
            throw new IllegalStateException(ref.tensor() + " is not packed");
        }

        @Override
        public long bytes(WeightRef ref) {
            throw new IllegalStateException(ref.tensor() + " is not packed");
        }

        @Override
        public boolean copies(WeightRef ref) {
            throw new IllegalStateException(ref.tensor() + " is not packed");
        }

        @Override
        public Weight read(WeightRef ref, Arena arena) {
            throw new IllegalStateException(ref.tensor() + " is not packed");
        }
    }
}
