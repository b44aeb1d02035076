package apus.kernels.tornado;

import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/** Rows of a matrix as kernels read them, row by row. */
sealed interface Numbers {
    /** How many rows. */
    int rows();

    /** f32[rows][cols]. */
    record F32(int rows, FloatArray data) implements Numbers {}

    /** bfloat16[rows][cols], decoded by {@link apus.kernels.tornado.loops.Bf16}. */
    record Bf16(int rows, ShortArray data) implements Numbers {}

    /** IEEE half [rows][cols]. */
    record F16(int rows, HalfFloatArray data) implements Numbers {}

    /** int8[rows][cols], scales f32[rows][ceil(cols / block)]. */
    record Int8(int rows, ByteArray data, FloatArray scales, int block) implements Numbers {}

    /**
     * Four bits [rows][ceil(cols / 2)] as {@link apus.kernels.tornado.loops.BlockProducts} has
     * them, scales as of {@link Int8}.
     */
    record Int4(int rows, ByteArray data, FloatArray scales, int block) implements Numbers {}
}
