package apus.kernels.tornado;

import apus.format.spec.ModelSpec;
import apus.format.spec.Position;
import apus.format.spec.Rope;
import apus.format.spec.RopeFrequencies;
import apus.kernels.Batch;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * cos and sin of every rope of a model for the tokens of a step, in double precision on the host:
 * floats on a device would lose the angles of long contexts. For n tokens, each rope takes {@code
 * cos[n][half]} and then {@code sin[n][half]}.
 */
final class RopeAngles {
    private final List<Rope> ropes = new ArrayList<>();
    private final List<RopeFrequencies> frequencies = new ArrayList<>();
    private final List<Integer> lengths = new ArrayList<>();

    RopeAngles(ModelSpec spec) {
        spec.layers()
                .forEach(layer -> {
                    switch (layer.attn().position()) {
                        case Rope rope -> {
                            if (!ropes.contains(rope)) {
                                ropes.add(rope);
                                frequencies.add(RopeFrequencies.of(rope, 1));
                                lengths.add(1);
                            }
                        }
                        case Position.None() -> {}
                    }
                });
    }

    /** Numbers for n tokens; at least 1. */
    int size(int n) {
        return Math.max(1, ropes.stream().mapToInt(r -> n * r.rotaryDim()).sum());
    }

    /** Where the numbers of a rope begin, for n tokens. */
    int at(Position position, int n) {
        return switch (position) {
            case Rope rope ->
                    ropes.stream()
                            .limit(ropes.indexOf(rope))
                            .mapToInt(r -> n * r.rotaryDim())
                            .sum();
            case Position.None() -> 0;
        };
    }

    /** Pairs that a layer turns. */
    static int half(Position position) {
        return switch (position) {
            case Rope rope -> rope.rotaryDim() / 2;
            case Position.None() -> 0;
        };
    }

    /**
     * Fills the rows of a batch.
     *
     * @param n tokens that {@code angles} has room for
     */
    void fill(Batch batch, FloatArray angles, int n) {
        int at = 0;
        for (int r = 0; r < ropes.size(); r++) {
            Rope rope = ropes.get(r);
            int half = rope.rotaryDim() / 2;
            boolean depends = RopeFrequencies.dependOnLength(rope);
            for (int t = 0; t < batch.tokens; t++) {
                if (depends && batch.ropeLength[t] != lengths.get(r)) {
                    lengths.set(r, batch.ropeLength[t]);
                    frequencies.set(r, RopeFrequencies.of(rope, batch.ropeLength[t]));
                }
                double[] inverse = frequencies.get(r).inverse();
                double factor = frequencies.get(r).factor();
                for (int i = 0; i < half; i++) {
                    double angle = batch.positions[t] * inverse[i];
                    angles.set(at + t * half + i, (float) (Math.cos(angle) * factor));
                    angles.set(at + (n + t) * half + i, (float) (Math.sin(angle) * factor));
                }
            }
            at += n * rope.rotaryDim();
        }
    }
}
