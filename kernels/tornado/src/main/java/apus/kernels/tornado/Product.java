package apus.kernels.tornado;

import java.util.Optional;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * A product to be written as a task: columns {@code at} to {@code at + outputs} of y[tokens][width]
 * become what {@code ending} makes of x[tokens][cols] times w.
 *
 * @param routing where w holds experts on top of each other
 */
record Product(
        DeviceMatrix w,
        FloatArray x,
        FloatArray y,
        int tokens,
        int width,
        int at,
        Ending ending,
        Optional<Routing> routing) {

    /**
     * Which expert takes which token.
     *
     * @param chosen f32[tokens], see {@link apus.kernels.tornado.loops.Routes}
     * @param experts how many w holds
     * @param spread neighbouring tokens that share an input: x[tokens / spread][cols]
     */
    record Routing(FloatArray chosen, int experts, int spread) {}

    Product {
        if ((ending.gates() || routing.isPresent()) && w.parts().size() > 1) {
            throw new IllegalArgumentException(w.name() + ": what belongs together is apart");
        }
    }

    /** With one matrix for all tokens. */
    Product(
            DeviceMatrix w,
            FloatArray x,
            FloatArray y,
            int tokens,
            int width,
            int at,
            Ending ending) {
        this(w, x, y, tokens, width, at, ending, Optional.empty());
    }

    /** Columns that are written: one for each row, or for two of them that gate each other. */
    int outputs() {
        int rows = w.rows() / routing.map(Routing::experts).orElse(1);
        return ending.gates() ? rows / 2 : rows;
    }

    /** The same with one part of the matrix, and its place. */
    Product part(int i) {
        int first = at;
        for (int before = 0; before < i; before++) {
            first += w.parts().get(before).rows();
        }
        return new Product(w.part(i), x, y, tokens, width, first, ending, routing);
    }

    /** Numbers of the one part that there is. */
    Numbers numbers() {
        return w.parts().getFirst();
    }

    FloatArray bias() {
        return w.biases().getFirst();
    }

    /** 1 or 0, as kernels take it. */
    int biased() {
        return w.biased() ? 1 : 0;
    }

    boolean routed() {
        return routing.isPresent();
    }

    /** Not to be read unless {@link #routed}. */
    FloatArray routes() {
        return routing.map(Routing::chosen).orElse(bias());
    }

    int spread() {
        return routing.map(Routing::spread).orElse(1);
    }
}
