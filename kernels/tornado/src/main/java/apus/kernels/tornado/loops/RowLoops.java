package apus.kernels.tornado.loops;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/**
 * Looking up, copying and adding rows.
 *
 * <p>{@code embed}: x[t] = scale * table[row of t], where the row of a token stands in {@code step}
 * at {@code from + t}; with {@code add}, x[t] += that. The table holds {@code rows} rows from
 * {@code firstRow} on, and tokens of other rows are left alone.
 */
public final class RowLoops {
    private RowLoops() {}

    public static void embedF32(
            IntArray step,
            FloatArray table,
            FloatArray x,
            int tokens,
            int hidden,
            int from,
            int firstRow,
            int rows,
            int add,
            float scale) {
        for (@Parallel int t = 0; t < tokens; t++) {
            for (@Parallel int i = 0; i < hidden; i++) {
                int row = step.get(from + t) - firstRow;
                if (row >= 0 && row < rows) {
                    put(x, t * hidden + i, table.get(row * hidden + i) * scale, add);
                }
            }
        }
    }

    public static void embedBf16(
            IntArray step,
            ShortArray table,
            FloatArray powers,
            FloatArray x,
            int tokens,
            int hidden,
            int from,
            int firstRow,
            int rows,
            int add,
            float scale) {
        for (@Parallel int t = 0; t < tokens; t++) {
            for (@Parallel int i = 0; i < hidden; i++) {
                int row = step.get(from + t) - firstRow;
                if (row >= 0 && row < rows) {
                    float value = Bf16.value(table.get(row * hidden + i), powers);
                    put(x, t * hidden + i, value * scale, add);
                }
            }
        }
    }

    public static void embedF16(
            IntArray step,
            HalfFloatArray table,
            FloatArray x,
            int tokens,
            int hidden,
            int from,
            int firstRow,
            int rows,
            int add,
            float scale) {
        for (@Parallel int t = 0; t < tokens; t++) {
            for (@Parallel int i = 0; i < hidden; i++) {
                int row = step.get(from + t) - firstRow;
                if (row >= 0 && row < rows) {
                    put(x, t * hidden + i, table.get(row * hidden + i).getFloat32() * scale, add);
                }
            }
        }
    }

    private static void put(FloatArray x, int at, float value, int add) {
        if (add != 0) {
            x.set(at, x.get(at) + value);
        } else {
            x.set(at, value);
        }
    }

    /** y[i] = x[rows[i]], rows of n numbers. */
    public static void gatherRows(FloatArray x, IntArray rows, FloatArray y, int count, int n) {
        for (@Parallel int t = 0; t < count; t++) {
            for (@Parallel int i = 0; i < n; i++) {
                y.set(t * n + i, x.get(rows.get(t) * n + i));
            }
        }
    }

    /** y = x, n numbers. */
    public static void copyRows(FloatArray x, FloatArray y, int n) {
        for (@Parallel int i = 0; i < n; i++) {
            y.set(i, x.get(i));
        }
    }

    /** x += factor * y, n numbers. */
    public static void addRows(FloatArray x, FloatArray y, int n, float factor) {
        for (@Parallel int i = 0; i < n; i++) {
            x.set(i, x.get(i) + factor * y.get(i));
        }
    }

    /** gate = {@link Finish#gate}(gate, up), n numbers. */
    public static void gateRows(FloatArray gate, FloatArray up, int n, int act, float limit) {
        for (@Parallel int i = 0; i < n; i++) {
            gate.set(i, Finish.gate(gate.get(i), up.get(i), act, limit));
        }
    }

    /** x = 0, all of it. */
    public static void clearRows(FloatArray x, int n) {
        for (@Parallel int i = 0; i < n; i++) {
            x.set(i, 0f);
        }
    }

    /** The same. */
    public static void clearShorts(ShortArray x, int n) {
        for (@Parallel int i = 0; i < n; i++) {
            x.set(i, (short) 0);
        }
    }
}
