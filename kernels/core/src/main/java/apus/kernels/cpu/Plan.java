package apus.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import apus.format.Weight;
import apus.format.checkpoint.Checkpoint;
import apus.format.spec.Act;
import apus.format.spec.Attention;
import apus.format.spec.Gated;
import apus.format.spec.Linear;
import apus.format.spec.ModelSpec;
import apus.format.spec.Norm;
import apus.format.spec.Rope;
import apus.format.spec.WeightRef;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A spec with its names resolved: matrices as mapped, vectors copied to native f32. Made once at
 * open, so that a step looks nothing up.
 */
record Plan(
        Weight embed,
        float embedScale,
        List<Block> blocks,
        Rms finalNorm,
        Matrix head,
        float headSoftcap) {
    /** A linear layer; {@code bias} is {@link MemorySegment#NULL} where there is none. */
    record Matrix(Weight weight, MemorySegment bias) {
        int out() {
            return weight.rows();
        }
    }

    /** A norm, or {@link #NONE}. */
    record Rms(MemorySegment weight, float eps, float offset) {
        static final Rms NONE = new Rms(MemorySegment.NULL, 0, 0);

        boolean isNone() {
            return weight.byteSize() == 0;
        }
    }

    /** One layer. */
    record Block(
            Rms attnNorm,
            Matrix q,
            Matrix k,
            Matrix v,
            Matrix o,
            Attention shape,
            Rms qNorm,
            Rms kNorm,
            Rope rope,
            Rms postAttn,
            Rms ffnNorm,
            Matrix gate,
            Matrix up,
            Matrix down,
            Act act,
            Rms postFfn) {}

    static Plan of(Checkpoint checkpoint, Arena arena) {
        ModelSpec spec = checkpoint.spec();
        Reader reader = new Reader(checkpoint, arena);
        return new Plan(
                checkpoint.weight(spec.embed().table()),
                spec.embed().scale(),
                spec.layers().stream().map(reader::block).toList(),
                reader.norm(spec.finalNorm()),
                reader.matrix(spec.head().proj()),
                spec.head().softcap());
    }

    /** Resolves names. */
    private record Reader(Checkpoint checkpoint, Arena arena) {
        Block block(apus.format.spec.Layer layer) {
            Attention attn = layer.attn();
            Rope rope =
                    switch (attn.position()) {
                        case Rope r -> r;
                    };
            return switch (layer.ffn()) {
                case Gated(Linear gate, Linear up, Linear down, Act act) ->
                        new Block(
                                norm(layer.attnNorm()),
                                matrix(attn.q()),
                                matrix(attn.k()),
                                matrix(attn.v()),
                                matrix(attn.o()),
                                attn,
                                norm(attn.qNorm()),
                                norm(attn.kNorm()),
                                rope,
                                norm(layer.postAttn()),
                                norm(layer.ffnNorm()),
                                matrix(gate),
                                matrix(up),
                                matrix(down),
                                act,
                                norm(layer.postFfn()));
            };
        }

        Matrix matrix(Linear linear) {
            return new Matrix(
                    checkpoint.weight(linear.weight()),
                    linear.bias().isNone() ? MemorySegment.NULL : vector(linear.bias()));
        }

        Rms norm(Norm norm) {
            return norm.isNone()
                    ? Rms.NONE
                    : new Rms(vector(norm.weight()), norm.eps(), norm.offset());
        }

        private MemorySegment vector(WeightRef ref) {
            return arena.allocateFrom(JAVA_FLOAT, checkpoint.vector(ref));
        }
    }
}
