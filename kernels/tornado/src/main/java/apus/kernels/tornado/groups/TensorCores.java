package apus.kernels.tornado.groups;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.enums.MMAShape;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/**
 * Products with matrices of bfloat16 on tensor cores: {@code mma.sync.m16n8k16}, which sums in f32.
 * CUDA only, from compute capability 8.0 on; {@link apus.kernels.tornado.loops.SumLoops} makes of
 * the sums what becomes of a product.
 *
 * <p>Numbers of the matrix go in as they are. An input has become one bfloat16, or the sum of
 * {@code parts} = 2 of them: the nearest and the nearest to what is left, 16 bits of its 24. A
 * group of four warps takes 64 rows of the matrix and 16 or 64 tokens, 16 rows a warp. It reads 64
 * columns at a time into local memory, in the tiles that a warp's {@code ldmatrix} takes: inputs as
 * [part][16 tokens][16 columns], two neighbouring columns in an int; the matrix as [8 rows][16
 * columns], transposed, two neighbouring rows in an int.
 *
 * <p>A sum runs over 16 columns after the other, the nearest part of the inputs first, for few
 * tokens as for many. Within 16 columns the order is the hardware's: it is the same for every row
 * and column of a tile as far as is known, but NVIDIA does not say so.
 *
 * <p>One local array, not two: {@code ldmatrix} takes addresses that 16 divides, and TornadoVM
 * declares arrays of ints, which only the first of a kernel is sure to give.
 */
public final class TensorCores {
    /** Threads of a group. */
    public static final int THREADS = 128;

    /** Rows of the matrix that a group takes. */
    public static final int ROWS = 64;

    /** Tokens that a group of {@link #few} takes. */
    public static final int FEW = 16;

    /** Tokens that a group of {@link #many} takes. */
    public static final int MANY = 64;

    private static final int WARP = 32;

    /** Rows and columns of a tile of inputs, and columns of one of the matrix. */
    private static final int SIDE = 16;

    /** Columns at a time. */
    private static final int CHUNK = 64;

    /** Tiles side by side in that. */
    private static final int ACROSS = CHUNK / SIDE;

    /** Ints of a tile of inputs. */
    private static final int INPUT_TILE = SIDE * SIDE / 2;

    /** Ints of a tile of the matrix. */
    private static final int MATRIX_TILE = 8 * SIDE / 2;

    /** Most parts of an input. */
    private static final int PARTS = 2;

    /** Ints of the matrix in local memory. */
    private static final int MATRIX = ROWS * CHUNK / 2;

    private static final int FEW_INPUTS = FEW * CHUNK / 2;
    private static final int MANY_INPUTS = MANY * CHUNK / 2;

    private TensorCores() {}

    /**
     * Sums for up to {@link #FEW} tokens in a group.
     *
     * @param x bfloat16[parts][tokens][cols], of {@link apus.kernels.tornado.loops.SumLoops#split}
     * @param w bfloat16[rows][cols]
     * @param sums f32[tokens, rounded up to FEW][stride]
     * @param stride rows, rounded up to {@link #ROWS}
     * @param parts 1 or 2
     */
    public static void few(
            KernelContext context,
            ShortArray x,
            ShortArray w,
            FloatArray sums,
            int tokens,
            int rows,
            int cols,
            int stride,
            int parts) {
        int[] local = context.allocateIntLocalArray(MATRIX + PARTS * FEW_INPUTS);
        int thread = context.localIdx;
        int warp = thread / WARP;
        int rowGroups = stride / ROWS;
        int first = context.groupIdx / rowGroups * FEW;
        int firstRow = context.groupIdx % rowGroups * ROWS;
        float[] left = context.mmaFragment(0f);
        float[] right = context.mmaFragment(0f);
        for (int begin = 0; begin < cols; begin += CHUNK) {
            for (int i = thread; i < MATRIX; i += THREADS) {
                int pair = i / CHUNK;
                int c = i % CHUNK;
                int place = (pair / 4 * ACROSS + c / SIDE) * MATRIX_TILE;
                local[place + c % SIDE * 4 + pair % 4] =
                        twoRows(w, firstRow + 2 * pair, begin + c, rows, cols);
            }
            for (int i = thread; i < parts * FEW_INPUTS; i += THREADS) {
                int part = i / FEW_INPUTS;
                int t = i / (CHUNK / 2) % FEW;
                int pair = i % (CHUNK / 2);
                int tile = part * FEW_INPUTS + (t / SIDE * ACROSS + pair / 8) * INPUT_TILE;
                int value = 0;
                if (first + t < tokens) {
                    int row = part * tokens + first + t;
                    value = twoColumns(x, row, begin + 2 * pair, cols);
                }
                local[MATRIX + tile + t % SIDE * 8 + pair % 8] = value;
            }
            context.localBarrier();
            for (int k = 0; k < ACROSS; k++) {
                int tile = (2 * warp * ACROSS + k) * MATRIX_TILE * 4;
                HalfFloat[] leftRows = context.mmaLoadB(local, SIDE, tile);
                HalfFloat[] rightRows =
                        context.mmaLoadB(local, SIDE, tile + ACROSS * MATRIX_TILE * 4);
                for (int part = 0; part < parts; part++) {
                    int place = MATRIX + part * FEW_INPUTS + k * INPUT_TILE;
                    HalfFloat[] inputs = context.mmaLoadA(local, SIDE, place * 4);
                    left = context.mmaBF16(inputs, leftRows, left, MMAShape.M16N8K16);
                    right = context.mmaBF16(inputs, rightRows, right, MMAShape.M16N8K16);
                }
            }
            context.localBarrier();
        }
        int row = firstRow + warp * SIDE;
        context.mmaStore(left, sums, first, row, stride);
        context.mmaStore(right, sums, first, row + 8, stride);
    }

    /**
     * The same for up to {@link #MANY} tokens in a group.
     *
     * @param sums f32[tokens, rounded up to MANY][stride]
     */
    public static void many(
            KernelContext context,
            ShortArray x,
            ShortArray w,
            FloatArray sums,
            int tokens,
            int rows,
            int cols,
            int stride,
            int parts) {
        int[] local = context.allocateIntLocalArray(MATRIX + PARTS * MANY_INPUTS);
        int thread = context.localIdx;
        int warp = thread / WARP;
        int rowGroups = stride / ROWS;
        int first = context.groupIdx / rowGroups * MANY;
        int firstRow = context.groupIdx % rowGroups * ROWS;
        float[] left0 = context.mmaFragment(0f);
        float[] left1 = context.mmaFragment(0f);
        float[] left2 = context.mmaFragment(0f);
        float[] left3 = context.mmaFragment(0f);
        float[] right0 = context.mmaFragment(0f);
        float[] right1 = context.mmaFragment(0f);
        float[] right2 = context.mmaFragment(0f);
        float[] right3 = context.mmaFragment(0f);
        for (int begin = 0; begin < cols; begin += CHUNK) {
            for (int i = thread; i < MATRIX; i += THREADS) {
                int pair = i / CHUNK;
                int c = i % CHUNK;
                int place = (pair / 4 * ACROSS + c / SIDE) * MATRIX_TILE;
                local[place + c % SIDE * 4 + pair % 4] =
                        twoRows(w, firstRow + 2 * pair, begin + c, rows, cols);
            }
            for (int i = thread; i < parts * MANY_INPUTS; i += THREADS) {
                int part = i / MANY_INPUTS;
                int t = i / (CHUNK / 2) % MANY;
                int pair = i % (CHUNK / 2);
                int tile = part * MANY_INPUTS + (t / SIDE * ACROSS + pair / 8) * INPUT_TILE;
                int value = 0;
                if (first + t < tokens) {
                    int row = part * tokens + first + t;
                    value = twoColumns(x, row, begin + 2 * pair, cols);
                }
                local[MATRIX + tile + t % SIDE * 8 + pair % 8] = value;
            }
            context.localBarrier();
            for (int k = 0; k < ACROSS; k++) {
                int tile = (2 * warp * ACROSS + k) * MATRIX_TILE * 4;
                HalfFloat[] leftRows = context.mmaLoadB(local, SIDE, tile);
                HalfFloat[] rightRows =
                        context.mmaLoadB(local, SIDE, tile + ACROSS * MATRIX_TILE * 4);
                for (int part = 0; part < parts; part++) {
                    int place = (MATRIX + part * MANY_INPUTS + k * INPUT_TILE) * 4;
                    int below = ACROSS * INPUT_TILE * 4;
                    HalfFloat[] in0 = context.mmaLoadA(local, SIDE, place);
                    left0 = context.mmaBF16(in0, leftRows, left0, MMAShape.M16N8K16);
                    right0 = context.mmaBF16(in0, rightRows, right0, MMAShape.M16N8K16);
                    HalfFloat[] in1 = context.mmaLoadA(local, SIDE, place + below);
                    left1 = context.mmaBF16(in1, leftRows, left1, MMAShape.M16N8K16);
                    right1 = context.mmaBF16(in1, rightRows, right1, MMAShape.M16N8K16);
                    HalfFloat[] in2 = context.mmaLoadA(local, SIDE, place + 2 * below);
                    left2 = context.mmaBF16(in2, leftRows, left2, MMAShape.M16N8K16);
                    right2 = context.mmaBF16(in2, rightRows, right2, MMAShape.M16N8K16);
                    HalfFloat[] in3 = context.mmaLoadA(local, SIDE, place + 3 * below);
                    left3 = context.mmaBF16(in3, leftRows, left3, MMAShape.M16N8K16);
                    right3 = context.mmaBF16(in3, rightRows, right3, MMAShape.M16N8K16);
                }
            }
            context.localBarrier();
        }
        int row = firstRow + warp * SIDE;
        context.mmaStore(left0, sums, first, row, stride);
        context.mmaStore(right0, sums, first, row + 8, stride);
        context.mmaStore(left1, sums, first + SIDE, row, stride);
        context.mmaStore(right1, sums, first + SIDE, row + 8, stride);
        context.mmaStore(left2, sums, first + 2 * SIDE, row, stride);
        context.mmaStore(right2, sums, first + 2 * SIDE, row + 8, stride);
        context.mmaStore(left3, sums, first + 3 * SIDE, row, stride);
        context.mmaStore(right3, sums, first + 3 * SIDE, row + 8, stride);
    }

    /** Bits of two rows of a column; beyond the matrix 0. */
    private static int twoRows(ShortArray w, int row, int c, int rows, int cols) {
        int low = 0;
        int high = 0;
        if (c < cols && row < rows) {
            low = w.get(row * cols + c) & 0xFFFF;
        }
        if (c < cols && row + 1 < rows) {
            high = w.get((row + 1) * cols + c) & 0xFFFF;
        }
        return low | (high << 16);
    }

    /** Bits of two columns of a row; beyond the last 0. */
    private static int twoColumns(ShortArray x, int row, int c, int cols) {
        int low = 0;
        int high = 0;
        if (c < cols) {
            low = x.get(row * cols + c) & 0xFFFF;
        }
        if (c + 1 < cols) {
            high = x.get(row * cols + c + 1) & 0xFFFF;
        }
        return low | (high << 16);
    }
}
