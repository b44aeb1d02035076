package apus.kernels.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * How far an operation may be from the scalar one: normalised mean squared error, sum (a - b)^2 /
 * sum b^2. One table for all operations; a bound changes only with a reason beside it.
 */
public enum Tolerance {
    /** Only the order of summation differs: about (cols * 2^-24)^2 at the very worst. */
    MATMUL(1e-12),
    /**
     * Inputs as whole numbers of 15 bits of the largest of 32: half a unit, 2^-15 of it, to a norm
     * of about a third of it, squared.
     */
    MATMUL_15_BITS(1e-8),
    /** Exact: widening and copying. */
    ROW(0),
    RMS_NORM(1e-13),
    LAYER_NORM(1e-12),
    ROPE(1e-13),
    ADD(0),
    SCALE(0),
    /** One rounding instead of two. */
    ADD_SCALED(1e-14),
    /** exp within 2 units in the last place. */
    GATED(1e-13),
    /** Sums over hundreds of positions in another order, and exp. */
    ATTENTION(1e-12),
    SOFTCAP(1e-13);

    private final double bound;

    Tolerance(double bound) {
        this.bound = bound;
    }

    /** Throws unless {@code found} is as near to {@code wanted} as the table asks. */
    public void check(MemorySegment wanted, MemorySegment found, String what) {
        double error = 0;
        double norm = 0;
        for (long i = 0; i < wanted.byteSize() / Float.BYTES; i++) {
            double w = wanted.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            double f = found.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            error += (w - f) * (w - f);
            norm += w * w;
        }
        // Written so that NaN fails too.
        if (!(error <= bound * norm)) {
            throw new AssertionError(
                    this + " " + what + ": error " + error / norm + ", allowed " + bound);
        }
    }
}
