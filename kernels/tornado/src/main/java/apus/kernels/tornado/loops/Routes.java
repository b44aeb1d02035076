package apus.kernels.tornado.loops;

import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Which experts take which tokens. */
public final class Routes {
    private Routes() {}

    /**
     * The first row of a token's expert in a matrix that holds them on top of each other.
     *
     * @param routes f32[tokens], the number of the expert
     * @param routed 0 = there is one matrix for all, and routes are not read
     * @param rows outputs of an expert
     * @param finish with {@link Finish#GATE} an expert has twice as many rows
     */
    public static int first(FloatArray routes, int routed, int t, int rows, int finish) {
        int row = 0;
        if (routed != 0) {
            int expert = (int) routes.get(t);
            row = finish == Finish.GATE ? expert * 2 * rows : expert * rows;
        }
        return row;
    }
}
