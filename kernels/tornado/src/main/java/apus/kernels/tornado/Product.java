package apus.kernels.tornado;

import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * A product to be written as a task: columns {@code at} to {@code at + outputs} of y[tokens][width]
 * become what {@code ending} makes of x[tokens][cols] times w.
 */
record Product(
        DeviceMatrix w, FloatArray x, FloatArray y, int tokens, int width, int at, Ending ending) {

    Product {
        if (ending.gates() && w.parts().size() > 1) {
            throw new IllegalArgumentException(w.name() + ": a gate and what it gates are apart");
        }
    }

    /** Columns that are written: one for each row, or for two of them that gate each other. */
    int outputs() {
        return ending.gates() ? w.rows() / 2 : w.rows();
    }

    /** The same with one part of the matrix, and its place. */
    Product part(int i) {
        int first = at;
        for (int before = 0; before < i; before++) {
            first += w.parts().get(before).rows();
        }
        return new Product(w.part(i), x, y, tokens, width, first, ending);
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
}
