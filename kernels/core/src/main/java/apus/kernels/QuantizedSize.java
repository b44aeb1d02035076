package apus.kernels;

import apus.format.checkpoint.Checkpoint;
import apus.format.checkpoint.WeightMemory;
import apus.format.spec.Attention;
import apus.format.spec.Embedding;
import apus.format.spec.Experts;
import apus.format.spec.Gated;
import apus.format.spec.Layer;
import apus.format.spec.Linear;
import apus.format.spec.Mlp;
import apus.format.spec.ModelSpec;
import apus.kernels.ExecutorOptions.CpuChoice;

/**
 * Bytes of the matrices that are quantised when an executor opens: all that inputs are multiplied
 * with but routers. A head that shares its tensor with the embedding becomes a copy of its own; the
 * embedding stays as it is.
 *
 * @param dense bytes that every token reads
 * @param experts bytes of all experts
 */
public record QuantizedSize(long dense, long experts) {
    /**
     * Adds up a model.
     *
     * @param quantization not {@link Quantization#NONE}
     */
    public static QuantizedSize of(ModelSpec spec, Quantization quantization) {
        long dense = bytes(quantization, spec.head().proj());
        long experts = 0;
        for (Layer layer : spec.layers()) {
            Attention a = layer.attn();
            dense += bytes(quantization, a.q(), a.k(), a.v(), a.o());
            switch (layer.ffn()) {
                case Gated g -> dense += bytes(quantization, g.gate(), g.up(), g.down());
                case Mlp mlp -> dense += bytes(quantization, mlp.up(), mlp.down());
                case Experts all -> {
                    for (Gated e : all.experts()) {
                        experts += bytes(quantization, e.gate(), e.up(), e.down());
                    }
                }
            }
        }
        return new QuantizedSize(dense, experts);
    }

    private static long bytes(Quantization quantization, Linear... linears) {
        long sum = 0;
        for (Linear linear : linears) {
            sum += quantization.bytes(linear.weight().rows(), linear.weight().cols());
        }
        return sum;
    }

    /** The same on the CPU, where tile kernels copy what others map. */
    public static WeightMemory memory(
            Checkpoint checkpoint, Quantization quantization, CpuChoice kernels) {
        return kernels == CpuChoice.TILE && quantization == Quantization.NONE
                ? PairTiledSize.of(checkpoint)
                : memory(checkpoint, quantization);
    }

    /** What the weights of a checkpoint take in memory with a quantisation at load, or without. */
    public static WeightMemory memory(Checkpoint checkpoint, Quantization quantization) {
        if (quantization == Quantization.NONE) {
            return checkpoint.memoryLaidOut(); // packed formats go into tiles of rows
        }
        ModelSpec spec = checkpoint.spec();
        QuantizedSize size = of(spec, quantization);
        Embedding embed = spec.embed();
        long looked = checkpoint.weight(embed.table()).bytes();
        if (!embed.positions().isNone()) {
            looked += checkpoint.weight(embed.positions()).bytes();
        }
        return new WeightMemory(looked, size.dense + size.experts);
    }
}
