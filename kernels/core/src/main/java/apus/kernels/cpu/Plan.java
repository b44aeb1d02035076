package apus.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import apus.format.Weight;
import apus.format.checkpoint.Checkpoint;
import apus.format.spec.Act;
import apus.format.spec.Attention;
import apus.format.spec.Experts;
import apus.format.spec.Ffn;
import apus.format.spec.Gated;
import apus.format.spec.Layer;
import apus.format.spec.LayerNorm;
import apus.format.spec.Linear;
import apus.format.spec.Mlp;
import apus.format.spec.ModelSpec;
import apus.format.spec.Norm;
import apus.format.spec.Rms;
import apus.format.spec.WeightRef;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A spec with its names resolved: matrices as mapped, vectors copied to native f32. Made once at
 * open, so that a step looks nothing up.
 *
 * @param positions learned embeddings of positions, a matrix without rows where there are none
 */
record Plan(
        Weight embed,
        float embedScale,
        List<Weight> positions,
        List<Block> blocks,
        Norming finalNorm,
        Matrix head,
        float headScale,
        float headSoftcap) {
    /** A linear layer; {@code bias} is {@link MemorySegment#NULL} where there is none. */
    record Matrix(Weight weight, MemorySegment bias) {
        int out() {
            return weight.rows();
        }
    }

    /** A norm. */
    sealed interface Norming {
        /** Nothing here. */
        record None() implements Norming {
            @Override
            public int length() {
                return 0;
            }
        }

        /** See {@link apus.format.spec.Rms}. */
        record ByRms(MemorySegment weight, float eps, float offset) implements Norming {
            @Override
            public int length() {
                return (int) (weight.byteSize() / Float.BYTES);
            }
        }

        /** See {@link LayerNorm}. */
        record ByLayer(MemorySegment weight, MemorySegment bias, float eps) implements Norming {
            @Override
            public int length() {
                return (int) (weight.byteSize() / Float.BYTES);
            }
        }

        /** How many numbers it norms together. */
        int length();

        default boolean isNone() {
            return length() == 0;
        }
    }

    /** A feed-forward half. */
    sealed interface Wide {
        /** Width of its middle. */
        int width();
    }

    /** See {@link Gated}. */
    record Gate(Matrix gate, Matrix up, Matrix down, Act act, float limit) implements Wide {
        @Override
        public int width() {
            return up.out();
        }
    }

    /** See {@link Mlp}. */
    record Perceptron(Matrix up, Matrix down, Act act) implements Wide {
        @Override
        public int width() {
            return up.out();
        }
    }

    /** See {@link Experts}. */
    record Mixture(Matrix router, List<Gate> experts, int topK, boolean renormalise)
            implements Wide {
        @Override
        public int width() {
            return experts.getFirst().width();
        }
    }

    /**
     * One layer.
     *
     * @param sinks f32[heads], or {@link MemorySegment#NULL}
     */
    record Block(
            Norming attnNorm,
            Matrix q,
            Matrix k,
            Matrix v,
            Matrix o,
            Attention shape,
            Norming qNorm,
            Norming kNorm,
            MemorySegment sinks,
            Norming postAttn,
            Norming ffnNorm,
            Wide ffn,
            Norming postFfn,
            float residual,
            boolean parallel) {}

    /** Every matrix that inputs are multiplied with. */
    List<Matrix> matrices() {
        List<Matrix> all = new ArrayList<>();
        for (Block b : blocks) {
            all.addAll(List.of(b.q(), b.k(), b.v(), b.o()));
            add(b.ffn(), all);
        }
        all.add(head);
        return all;
    }

    private static void add(Wide ffn, List<Matrix> all) {
        switch (ffn) {
            case Gate gate -> all.addAll(List.of(gate.gate(), gate.up(), gate.down()));
            case Perceptron mlp -> all.addAll(List.of(mlp.up(), mlp.down()));
            case Mixture mixture -> {
                all.add(mixture.router());
                mixture.experts().forEach(e -> add(e, all));
            }
        }
    }

    /**
     * Resolves a spec.
     *
     * @param arena owns the vectors
     * @param pack gives each matrix as the kernels are to multiply with it; not the embeddings,
     *     which are looked up in, nor routers of experts, which are small and choose
     */
    static Plan of(Checkpoint checkpoint, Arena arena, Function<WeightRef, Weight> pack) {
        ModelSpec spec = checkpoint.spec();
        Reader reader = new Reader(checkpoint, arena, pack);
        WeightRef positions = spec.embed().positions();
        return new Plan(
                checkpoint.weight(spec.embed().table()),
                spec.embed().scale(),
                positions.isNone() ? List.of() : List.of(checkpoint.weight(positions)),
                spec.layers().stream().map(reader::block).toList(),
                reader.norm(spec.finalNorm()),
                reader.matrix(spec.head().proj()),
                spec.head().scale(),
                spec.head().softcap());
    }

    /** Resolves names. */
    private record Reader(Checkpoint checkpoint, Arena arena, Function<WeightRef, Weight> pack) {
        Block block(Layer layer) {
            Attention attn = layer.attn();
            return new Block(
                    norm(layer.attnNorm()),
                    matrix(attn.q()),
                    matrix(attn.k()),
                    matrix(attn.v()),
                    matrix(attn.o()),
                    attn,
                    norm(attn.qNorm()),
                    norm(attn.kNorm()),
                    vector(attn.sinks()),
                    norm(layer.postAttn()),
                    norm(layer.ffnNorm()),
                    ffn(layer.ffn()),
                    norm(layer.postFfn()),
                    layer.residual(),
                    layer.parallel());
        }

        private Wide ffn(Ffn ffn) {
            return switch (ffn) {
                case Gated gated -> gate(gated);
                case Mlp(Linear up, Linear down, Act act) ->
                        new Perceptron(matrix(up), matrix(down), act);
                case Experts(Linear router, var experts, int topK, boolean renormalise) ->
                        new Mixture(
                                router(router),
                                experts.stream().map(this::gate).toList(),
                                topK,
                                renormalise);
            };
        }

        private Gate gate(Gated gated) {
            return new Gate(
                    matrix(gated.gate()),
                    matrix(gated.up()),
                    matrix(gated.down()),
                    gated.act(),
                    gated.limit());
        }

        Matrix matrix(Linear linear) {
            return new Matrix(pack.apply(linear.weight()), vector(linear.bias()));
        }

        private Matrix router(Linear linear) {
            return new Matrix(checkpoint.weight(linear.weight()), vector(linear.bias()));
        }

        Norming norm(Norm norm) {
            return switch (norm) {
                case Norm.None() -> new Norming.None();
                case Rms(WeightRef weight, float eps, float offset) ->
                        new Norming.ByRms(vector(weight), eps, offset);
                case LayerNorm(WeightRef weight, WeightRef bias, float eps) ->
                        new Norming.ByLayer(vector(weight), vector(bias), eps);
            };
        }

        private MemorySegment vector(WeightRef ref) {
            return ref.isNone()
                    ? MemorySegment.NULL
                    : arena.allocateFrom(JAVA_FLOAT, checkpoint.vector(ref));
        }
    }
}
