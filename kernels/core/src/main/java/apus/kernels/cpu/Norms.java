package apus.kernels.cpu;

import java.lang.foreign.MemorySegment;

/** Applies norms, whichever they are. Offsets count floats. */
record Norms(CpuKernels kernels) {
    /** y = norm(x); no norm leaves y as it is. */
    void apply(Plan.Norming norm, MemorySegment x, long xAt, int n, MemorySegment y, long yAt) {
        switch (norm) {
            case Plan.Norming.None() -> {}
            case Plan.Norming.ByRms rms ->
                    kernels.rmsNorm(x, xAt, rms.weight(), n, rms.eps(), rms.offset(), y, yAt);
            case Plan.Norming.ByLayer(MemorySegment weight, MemorySegment bias, float eps) ->
                    kernels.layerNorm(x, xAt, weight, bias, n, eps, y, yAt);
        }
    }

    /** y = norm(x); no norm copies. */
    void applyOrCopy(
            Plan.Norming norm, MemorySegment x, long xAt, int n, MemorySegment y, long yAt) {
        if (norm.isNone()) {
            MemorySegment.copy(x, xAt * 4, y, yAt * 4, n * 4L);
        } else {
            apply(norm, x, xAt, n, y, yAt);
        }
    }

    /** Norms each head, or all of them as one vector: the length of the weight says which. */
    void heads(Plan.Norming norm, MemorySegment x, long at, int heads, int headDim) {
        int length = norm.length();
        for (long i = at; length > 0 && i < at + (long) heads * headDim; i += length) {
            apply(norm, x, i, length, x, i);
        }
    }
}
