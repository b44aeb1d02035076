package apus.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Any weight, one number at a time, as f32: slow and obvious, the oracle for every kernel. */
public final class Dequant {
    // Tensors stand one after another in a file, so a tensor may begin at any byte.
    private static final ValueLayout.OfFloat F32 =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort B16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt I32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Dequant() {}

    /** out[c] = w[row][c]. */
    public static void row(Weight w, int row, float[] out) {
        for (int c = 0; c < w.cols(); c++) {
            out[input(w, c)] = at(w, row, c);
        }
    }

    /** The input that a stored column belongs to. */
    private static int input(Weight w, int col) {
        return w.order().byteSize() == 0 ? col : w.order().get(I32, col * 4L);
    }

    private static float at(Weight w, int row, int col) {
        long i = (long) row * w.cols() + col;
        return switch (w.format()) {
            case Plain(DType type) -> plain(w.data(), type, i);
            case Fp8 fp8 -> {
                long tile =
                        (long) (row / fp8.tileRows()) * fp8.tilesAcross(w.cols())
                                + col / fp8.tileCols();
                yield SmallFloats.e4m3(w.data().get(ValueLayout.JAVA_BYTE, i))
                        * w.scales().get(F32, tile * 4);
            }
            case Block(int size, DType scaleType, boolean _) -> {
                long block = (long) row * (w.cols() / size) + col / size;
                float scale = plain(w.scales(), scaleType, block);
                int zero = w.zeros().get(ValueLayout.JAVA_BYTE, block) & 0xFF;
                yield scale * (nibble(w.data(), i) - zero);
            }
            case Mxfp4() -> {
                long block = (long) row * (w.cols() / Mxfp4.SIZE) + col / Mxfp4.SIZE;
                yield SmallFloats.e2m1(nibble(w.data(), i))
                        * SmallFloats.e8m0(w.scales().get(ValueLayout.JAVA_BYTE, block));
            }
            case Tiled tiled -> {
                long block = tiled.blockAt(row, col, w.cols());
                boolean zeros = w.zeros().byteSize() != 0;
                int zero = zeros ? w.zeros().get(ValueLayout.JAVA_BYTE, block) : 0;
                yield plain(w.scales(), tiled.scaleType(), block)
                        * (number(w, tiled, row, col) - zero);
            }
            case QuadTiled quads -> {
                long block = quads.blockAt(row, col, w.cols());
                yield plain(w.scales(), DType.BF16, block)
                        * quads.number(w.data(), row, col, w.cols());
            }
            case PairTiled pairs -> {
                float sum = 0;
                for (int p = pairs.parts() - 1; p >= 0; p--) {
                    long part = pairs.at(row, col, p, w.cols());
                    sum += HalfFloats.bf16(w.data().get(B16, part));
                }
                yield sum;
            }
        };
    }

    /** A number of a tiled weight as it is written. */
    private static float number(Weight w, Tiled tiled, int row, int col) {
        int rows = tiled.tileRows();
        long tile = row / rows * tiled.tileBytes(w.cols());
        if (tiled.code().inWords()) {
            int i = col % tiled.block();
            long line = (long) (col / tiled.block()) * tiled.wordsPerBlock() + i / 8;
            int word = w.data().get(I32, tile + (line * rows + row % rows) * Integer.BYTES);
            int top = word << (28 - i % 8 * 4);
            return tiled.code() == Tiled.Code.INT4 ? top >> 28 : SmallFloats.e2m1(top >>> 28);
        }
        byte bits = w.data().get(ValueLayout.JAVA_BYTE, tile + (long) col * rows + row % rows);
        return tiled.code() == Tiled.Code.INT8 ? bits : SmallFloats.e4m3(bits);
    }

    private static int nibble(MemorySegment data, long i) {
        return (data.get(ValueLayout.JAVA_BYTE, i / 2) >> (i % 2 * 4)) & 15;
    }

    private static float plain(MemorySegment data, DType type, long i) {
        return switch (type) {
            case F32 -> data.get(F32, i * Float.BYTES);
            case F16 -> HalfFloats.f16(data.get(B16, i * Short.BYTES));
            case BF16 -> HalfFloats.bf16(data.get(B16, i * Short.BYTES));
            case BOOL, U8, I8, F8_E4M3, F8_E5M2, I16, U16, I32, U32, I64, U64, F64 ->
                    throw new IllegalArgumentException("not a plain weight type: " + type);
        };
    }
}
