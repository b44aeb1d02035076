package apus.bench;

import apus.format.TensorInfo;
import apus.format.checkpoint.Checkpoint;
import apus.format.spec.Experts;
import apus.format.spec.Gated;
import apus.format.spec.Layer;
import apus.format.spec.Linear;
import apus.format.spec.ModelSpec;
import apus.kernels.Quantization;
import apus.kernels.QuantizedSize;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What one step reads from memory.
 *
 * @param format how the weights are quantised, or the element type of most of them
 * @param everyToken bytes of the weights that any step reads once: all but experts, and but an
 *     embedding that is only looked up in
 * @param experts bytes of all experts
 * @param expertShare share of the experts that one token reads
 * @param kvBytesPerToken keys and values of one token, which every later token of its sequence
 *     reads
 */
record WeightTraffic(
        String format, long everyToken, long experts, double expertShare, long kvBytesPerToken) {

    static WeightTraffic of(Path model) {
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            ModelSpec spec = checkpoint.spec();
            String table = spec.embed().table().tensor();
            boolean tied = spec.head().proj().weight().tensor().equals(table);
            Set<String> ofExperts = new HashSet<>();
            double share = 0;
            for (Layer layer : spec.layers()) {
                if (layer.ffn() instanceof Experts experts) {
                    share = (double) experts.topK() / experts.experts().size();
                    for (Gated expert : experts.experts()) {
                        for (Linear linear : List.of(expert.gate(), expert.up(), expert.down())) {
                            ofExperts.add(stem(linear.weight().tensor()));
                        }
                    }
                }
            }
            long everyToken = 0;
            long experts = 0;
            for (TensorInfo tensor : checkpoint.tensors()) {
                if (ofExperts.contains(stem(tensor.name()))) {
                    experts += tensor.bytes();
                } else if (tied || !tensor.name().equals(table)) {
                    everyToken += tensor.bytes();
                }
            }
            return new WeightTraffic(
                    checkpoint.quantization().orElseGet(() -> format(checkpoint.tensors())),
                    everyToken,
                    experts,
                    share,
                    spec.layers().stream().mapToLong(WeightTraffic::kvBytes).sum());
        }
    }

    /**
     * The same for plain weights that are quantised at load. The head is then a copy of its own,
     * even where the embedding serves as one; embeddings, norms, biases and routers stay.
     */
    static WeightTraffic of(Path model, Quantization quantization) {
        WeightTraffic stored = of(model);
        if (quantization == Quantization.NONE) {
            return stored;
        }
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            ModelSpec spec = checkpoint.spec();
            QuantizedSize size = QuantizedSize.of(spec, quantization);
            long stays =
                    checkpoint.tensors().stream()
                            .filter(t -> t.shape().size() == 1)
                            .mapToLong(TensorInfo::bytes)
                            .sum();
            for (Layer layer : spec.layers()) {
                if (layer.ffn() instanceof Experts experts) {
                    stays += checkpoint.weight(experts.router().weight()).bytes();
                }
            }
            return new WeightTraffic(
                    quantization.name(),
                    size.dense() + stays,
                    size.experts(),
                    stored.expertShare,
                    stored.kvBytesPerToken);
        }
    }

    /** A quantised matrix is several tensors that differ in the end of their names. */
    private static String stem(String tensor) {
        return tensor.replaceFirst(
                "[._](weight|qweight|qzeros|scales|g_idx|weight_scale|weight_scale_inv|blocks)$",
                "");
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

    /**
     * Bytes of one step that advances some sequences by a token each. Experts are taken to be
     * chosen evenly and independently: a share k/n of them by one token, 1 - (1 - k/n)^s by s
     * tokens.
     */
    double bytesPerStep(int sequences, double context) {
        return everyToken
                + experts * (1 - Math.pow(1 - expertShare, sequences))
                + sequences * context * kvBytesPerToken;
    }
}
