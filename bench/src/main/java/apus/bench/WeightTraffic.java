package apus.bench;

import apus.format.TensorInfo;
import apus.format.checkpoint.Checkpoint;
import apus.format.spec.Layer;
import apus.format.spec.ModelSpec;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What one step reads from memory.
 *
 * @param format element type of most of the weights
 * @param weightBytes all weights but an embedding that is only looked up in
 * @param kvBytesPerToken keys and values of one token, which every later token of its sequence
 *     reads
 */
record WeightTraffic(String format, long weightBytes, long kvBytesPerToken) {

    static WeightTraffic of(Path model) {
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            ModelSpec spec = checkpoint.spec();
            String table = spec.embed().table().tensor();
            boolean tied = spec.head().proj().weight().tensor().equals(table);
            List<TensorInfo> read =
                    checkpoint.tensors().stream()
                            .filter(t -> tied || !t.name().equals(table))
                            .toList();
            return new WeightTraffic(
                    format(read),
                    read.stream().mapToLong(TensorInfo::bytes).sum(),
                    spec.layers().stream().mapToLong(WeightTraffic::kvBytes).sum());
        }
    }

    private static String format(List<TensorInfo> tensors) {
        return tensors.stream()
                .collect(
                        Collectors.groupingBy(
                                t -> t.dtype().name(), Collectors.summingLong(TensorInfo::bytes)))
                .entrySet()
                .stream()
                .max(Comparator.comparingLong(Map.Entry::getValue))
                .orElseThrow()
                .getKey();
    }

    private static long kvBytes(Layer layer) {
        return 2L * layer.attn().kvHeads() * layer.attn().headDim() * Float.BYTES;
    }

    /** Bytes of one step that advances some sequences by a token each. */
    double bytesPerStep(int sequences, double context) {
        return weightBytes + sequences * context * kvBytesPerToken;
    }
}
