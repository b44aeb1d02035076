package apus.kernels.tornado;

import static apus.kernels.tornado.Samples.assertNear;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.kernels.DeviceException;
import apus.kernels.tornado.groups.TensorCores;
import apus.kernels.tornado.loops.Bf16;
import apus.kernels.tornado.loops.Finish;
import apus.kernels.tornado.loops.FloatProducts;
import apus.kernels.tornado.loops.SumLoops;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/**
 * The kernels for tensor cores, by {@link WarpModel} on the JVM, against plain products. This says
 * that tiles, fragments and edges are as PTX has them; no GPU takes part.
 */
final class TensorCoresTest {
    /** Two roundings to 2^-9 of a number's size, squared, and some. */
    private static final double ONE_PART = 2e-6;

    /** What two parts leave is 2^-17 of a number's size; sums of f32 are next to nothing. */
    private static final double TWO_PARTS = 1e-10;

    private final Samples samples = new Samples(23);
    private final FloatArray powers = Bf16.powers();

    private static FloatArray sums(
            FloatArray x, ShortArray w, int tokens, int rows, int cols, int parts) {
        int stride = Math.ceilDiv(rows, TensorCores.ROWS) * TensorCores.ROWS;
        FloatArray sums = new FloatArray((int) TensorProducts.sumsOf(rows, tokens));
        sums.init(Float.NaN);
        ShortArray inputs = new ShortArray(parts * tokens * cols);
        SumLoops.split(x, inputs, tokens * cols, parts);
        boolean few = tokens <= TensorCores.FEW;
        int atOnce = few ? TensorCores.FEW : TensorCores.MANY;
        int groups = Math.ceilDiv(tokens, atOnce) * (stride / TensorCores.ROWS);
        WarpModel.run(
                groups,
                TensorCores.THREADS,
                context -> {
                    if (few) {
                        TensorCores.few(
                                context, inputs, w, sums, tokens, rows, cols, stride, parts);
                    } else {
                        TensorCores.many(
                                context, inputs, w, sums, tokens, rows, cols, stride, parts);
                    }
                });
        return sums;
    }

    @ParameterizedTest
    @CsvSource({
        "1, 2, 5",
        "1, 64, 64",
        "3, 70, 33",
        "16, 17, 130",
        "17, 9, 100",
        "64, 65, 16",
        "70, 40, 67"
    })
    void productsOfOddShapesAreThoseOfTheLoops(int tokens, int rows, int cols) {
        FloatArray x = samples.floats(tokens * cols);
        ShortArray w = samples.bf16(rows * cols);
        w.set(0, (short) 0x3F80);
        FloatArray bias = samples.floats(rows);
        int width = rows + 3;
        FloatArray wanted = new FloatArray(tokens * width);
        FloatProducts.productBf16(
                x, w, powers, bias, wanted, tokens, rows, cols, width, 2, 1, 0, 0, 1, 0, bias, 0,
                1);
        int stride = Math.ceilDiv(rows, TensorCores.ROWS) * TensorCores.ROWS;
        for (int parts = 1; parts <= 2; parts++) {
            FloatArray sums = sums(x, w, tokens, rows, cols, parts);
            FloatArray found = new FloatArray(tokens * width);
            SumLoops.finishSums(sums, bias, found, tokens, rows, stride, width, 2, 1, 0, 0, 1, 0);
            assertNear(wanted, found, parts == 1 ? ONE_PART : TWO_PARTS, parts + " parts");
        }
    }

    @Test
    void everyNumberOfAProductIsWhereItBelongs() {
        // Exact in bfloat16, and different for every place: a wrong tile or lane shows.
        int tokens = 20;
        int rows = 66;
        int cols = 80;
        FloatArray x = new FloatArray(tokens * cols);
        ShortArray w = new ShortArray(rows * cols);
        for (int t = 0; t < tokens; t++) {
            x.set(t * cols + (7 * t + 3) % cols, 1 + t);
        }
        for (int i = 0; i < rows * cols; i++) {
            w.set(i, (short) (Float.floatToRawIntBits(i % 253) >>> 16));
        }
        int stride = 2 * TensorCores.ROWS;
        FloatArray sums = sums(x, w, tokens, rows, cols, 1);
        for (int t = 0; t < tokens; t++) {
            for (int r = 0; r < rows; r++) {
                float wanted = (1 + t) * ((r * cols + (7 * t + 3) % cols) % 253);
                assertEquals(wanted, sums.get(t * stride + r), t + ", " + r);
            }
        }
    }

    @Test
    void aTokensBitsDoNotDependOnHowManyThereAre() {
        int rows = 30;
        int cols = 90;
        FloatArray x = samples.floats(66 * cols);
        ShortArray w = samples.bf16(rows * cols);
        for (int parts = 1; parts <= 2; parts++) {
            FloatArray alone = sums(x, w, 1, rows, cols, parts);
            for (int tokens : new int[] {16, 17, 66}) {
                FloatArray sums = sums(x, w, tokens, rows, cols, parts);
                for (int r = 0; r < rows; r++) {
                    assertEquals(alone.get(r), sums.get(r), "row " + r + " of " + tokens);
                }
            }
        }
    }

    @Test
    void secondPartsOfInputsCount() {
        int cols = 64;
        FloatArray x = samples.floats(cols);
        ShortArray w = samples.bf16(cols);
        double exact = 0;
        for (int c = 0; c < cols; c++) {
            exact += (double) x.get(c) * Float.intBitsToFloat(w.get(c) << 16);
        }
        double one = Math.abs(sums(x, w, 1, 1, cols, 1).get(0) - exact);
        double two = Math.abs(sums(x, w, 1, 1, cols, 2).get(0) - exact);
        assertTrue(two < one / 16, one + " and " + two);
    }

    @Test
    void sumsAreGatedAddedAndPutInTheirPlaces() {
        FloatArray sums = FloatArray.fromElements(1f, 2f, 3f, 4f, 0f, 5f, 6f, 7f, 8f, 0f);
        FloatArray bias = FloatArray.fromElements(0.5f, 0.25f, 1f, 2f);
        FloatArray y = new FloatArray(6);
        SumLoops.finishSums(sums, bias, y, 2, 2, 5, 3, 1, 1, Finish.GATE, Finish.SILU, 1f, 0f);
        assertEquals(Finish.gate(1.5f, 4f, Finish.SILU, 0f), y.get(1));
        assertEquals(Finish.gate(6.25f, 10f, Finish.SILU, 0f), y.get(5));
        SumLoops.finishSums(sums, bias, y, 2, 2, 5, 3, 0, 0, Finish.ADD, 0, 2f, 0f);
        assertEquals(10f, y.get(3));
    }

    @Test
    void aWordThatIsNotKnownIsRefused() {
        assertEquals(0, Tuning.tensorParts("off"));
        assertEquals(2, Tuning.tensorParts("bf16x2"));
        String message =
                assertThrows(DeviceException.class, () -> Tuning.tensorParts("on")).getMessage();
        assertTrue(message.contains("apus.tornado.tensorCores") && message.contains("'on'"));
    }
}
