package apus.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import apus.format.Block;
import apus.format.DType;
import apus.format.Fp8;
import apus.format.HalfFloats;
import apus.format.Mxfp4;
import apus.format.PairTiled;
import apus.format.Plain;
import apus.format.QuadTiled;
import apus.format.SmallFloats;
import apus.format.Tiled;
import apus.format.Tiled.Code;
import apus.format.Weight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Products with quantised weights as they are stored: numbers are widened one by one, scales
 * applied once per block. Sums run in order of the stored columns. Plain Java; what serves until a
 * vector form exists.
 */
public final class PackedKernels {
    private static final ValueLayout.OfShort B16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt I32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private PackedKernels() {}

    /** {@link CpuKernels#matmul} for every format but {@link Plain}. */
    public static void matmul(
            MemorySegment x,
            int tokens,
            Weight w,
            MemorySegment bias,
            int fromRow,
            int toRow,
            MemorySegment y) {
        for (int t = 0; t < tokens; t++) {
            long at = (long) t * w.cols();
            for (int r = fromRow; r < toRow; r++) {
                float sum = dot(x, at, w, r);
                if (bias.byteSize() != 0) {
                    sum += bias.getAtIndex(JAVA_FLOAT, r);
                }
                y.setAtIndex(JAVA_FLOAT, (long) t * w.rows() + r, sum);
            }
        }
    }

    private static float dot(MemorySegment x, long at, Weight w, int row) {
        return switch (w.format()) {
            case Fp8 fp8 -> dotFp8(x, at, w, fp8, row);
            case Block block ->
                    block.ordered()
                            ? dotOrdered(x, at, w, block, row)
                            : dotBlock(x, at, w, block, row);
            case Mxfp4 _ -> dotMxfp4(x, at, w, row);
            case Tiled tiled -> dotTiled(x, at, w, tiled, row);
            case QuadTiled quads -> dotQuads(x, at, w, quads, row);
            case PairTiled pairs -> dotPairs(x, at, w, pairs, row);
            case Plain _ -> throw new IllegalArgumentException(w.name() + " is not packed");
        };
    }

    private static float dotFp8(MemorySegment x, long at, Weight w, Fp8 format, int row) {
        int cols = w.cols();
        long data = (long) row * cols;
        long tile = (long) (row / format.tileRows()) * format.tilesAcross(cols);
        float sum = 0;
        for (int from = 0; from < cols; from += format.tileCols()) {
            int to = Math.min(cols, from + format.tileCols());
            float part = 0;
            for (int c = from; c < to; c++) {
                part +=
                        x.getAtIndex(JAVA_FLOAT, at + c)
                                * SmallFloats.e4m3(w.data().get(JAVA_BYTE, data + c));
            }
            sum += part * w.scales().getAtIndex(JAVA_FLOAT, tile++);
        }
        return sum;
    }

    private static float dotBlock(MemorySegment x, long at, Weight w, Block format, int row) {
        int size = format.size();
        int blocks = w.cols() / size;
        float sum = 0;
        for (int b = 0; b < blocks; b++) {
            long block = (long) row * blocks + b;
            int zero = w.zeros().get(JAVA_BYTE, block) & 0xFF;
            float part = 0;
            for (int i = 0; i < size; i += 2) {
                int pair = w.data().get(JAVA_BYTE, (block * size + i) / 2);
                long c = at + (long) b * size + i;
                part += x.getAtIndex(JAVA_FLOAT, c) * ((pair & 15) - zero);
                part += x.getAtIndex(JAVA_FLOAT, c + 1) * (((pair >> 4) & 15) - zero);
            }
            sum += part * scale(w, format, block);
        }
        return sum;
    }

    private static float dotOrdered(MemorySegment x, long at, Weight w, Block format, int row) {
        int size = format.size();
        int blocks = w.cols() / size;
        float sum = 0;
        for (int b = 0; b < blocks; b++) {
            long block = (long) row * blocks + b;
            int zero = w.zeros().get(JAVA_BYTE, block) & 0xFF;
            float part = 0;
            for (int i = 0; i < size; i++) {
                int pair = w.data().get(JAVA_BYTE, (block * size + i) / 2);
                int number = ((pair >> (i % 2 * 4)) & 15) - zero;
                int input = w.order().get(I32, ((long) b * size + i) * 4);
                part += x.getAtIndex(JAVA_FLOAT, at + input) * number;
            }
            sum += part * scale(w, format, block);
        }
        return sum;
    }

    private static float scale(Weight w, Block format, long block) {
        short bits = w.scales().get(B16, block * Short.BYTES);
        return format.scaleType() == DType.F16 ? HalfFloats.f16(bits) : HalfFloats.bf16(bits);
    }

    private static float dotTiled(MemorySegment x, long at, Weight w, Tiled format, int row) {
        int cols = w.cols();
        long tile = row / format.tileRows() * format.tileBytes(cols);
        int lane = row % format.tileRows();
        float sum = 0;
        for (int from = 0; from < cols; from += format.block()) {
            int to = Math.min(cols, from + format.block());
            long block = format.blockAt(row, from, cols);
            int zero = w.zeros().byteSize() == 0 ? 0 : w.zeros().get(JAVA_BYTE, block);
            long line = (long) (from / format.block()) * format.wordsPerBlock();
            float part = 0;
            for (int c = from; c < to; c++) {
                float number;
                if (format.code().inWords()) {
                    int i = c - from;
                    long word = tile + ((line + i / 8) * format.tileRows() + lane) * 4;
                    int top = w.data().get(I32, word) << (28 - i % 8 * 4);
                    number = format.code() == Code.INT4 ? top >> 28 : SmallFloats.e2m1(top >>> 28);
                } else {
                    byte bits = w.data().get(JAVA_BYTE, tile + (long) c * format.tileRows() + lane);
                    number = format.code() == Code.INT8 ? bits : SmallFloats.e4m3(bits);
                }
                long input = w.order().byteSize() == 0 ? c : w.order().get(I32, c * 4L);
                part += x.getAtIndex(JAVA_FLOAT, at + input) * (number - zero);
            }
            float scale =
                    switch (format.scaleType()) {
                        case F32 -> w.scales().getAtIndex(JAVA_FLOAT, block);
                        case F16 -> HalfFloats.f16(w.scales().get(B16, block * Short.BYTES));
                        default -> HalfFloats.bf16(w.scales().get(B16, block * Short.BYTES));
                    };
            sum += part * scale;
        }
        return sum;
    }

    private static float dotQuads(MemorySegment x, long at, Weight w, QuadTiled format, int row) {
        int cols = w.cols();
        float sum = 0;
        for (int from = 0; from < cols; from += QuadTiled.BLOCK) {
            float part = 0;
            for (int c = from; c < from + QuadTiled.BLOCK; c++) {
                part += x.getAtIndex(JAVA_FLOAT, at + c) * format.number(w.data(), row, c, cols);
            }
            long block = format.blockAt(row, from, cols);
            sum += part * HalfFloats.bf16(w.scales().get(B16, block * Short.BYTES));
        }
        return sum;
    }

    private static float dotPairs(MemorySegment x, long at, Weight w, PairTiled format, int row) {
        float sum = 0;
        for (int c = 0; c < w.cols(); c++) {
            float weight = 0;
            for (int p = format.parts() - 1; p >= 0; p--) {
                weight += HalfFloats.bf16(w.data().get(B16, format.at(row, c, p, w.cols())));
            }
            sum += x.getAtIndex(JAVA_FLOAT, at + c) * weight;
        }
        return sum;
    }

    private static float dotMxfp4(MemorySegment x, long at, Weight w, int row) {
        int blocks = w.cols() / Mxfp4.SIZE;
        float sum = 0;
        for (int b = 0; b < blocks; b++) {
            long block = (long) row * blocks + b;
            float part = 0;
            for (int i = 0; i < Mxfp4.SIZE; i += 2) {
                int pair = w.data().get(JAVA_BYTE, (block * Mxfp4.SIZE + i) / 2);
                long c = at + (long) b * Mxfp4.SIZE + i;
                part += x.getAtIndex(JAVA_FLOAT, c) * SmallFloats.e2m1(pair);
                part += x.getAtIndex(JAVA_FLOAT, c + 1) * SmallFloats.e2m1(pair >> 4);
            }
            sum += part * SmallFloats.e8m0(w.scales().get(JAVA_BYTE, block));
        }
        return sum;
    }
}
