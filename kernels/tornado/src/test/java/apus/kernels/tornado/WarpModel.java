package apus.kernels.tornado;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.enums.MMAShape;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Runs a kernel on the JVM as a GPU of NVIDIA would, a thread for each of a group's: barriers,
 * local arrays, and the warp's instructions that TornadoVM makes of its matrix calls. What these do
 * is written down here from NVIDIA's PTX ISA ("ldmatrix" and "Matrix Fragments for mma.m16n8k16
 * with floating point type"), each by itself: ldmatrix from its eight rows of sixteen bytes per
 * matrix, mma from where a lane's registers stand in A, B, C and D.
 */
final class WarpModel {
    private static final int WARP = 32;

    private WarpModel() {}

    /** Runs so many groups of so many threads, one group after the other. */
    static void run(int groups, int threads, Consumer<KernelContext> kernel) {
        for (int g = 0; g < groups; g++) {
            Group group = new Group(threads);
            AtomicReference<Throwable> failed = new AtomicReference<>();
            List<Thread> all = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                Context context = new Context(group, g, t);
                all.add(
                        Thread.ofVirtual()
                                .start(() -> {
                                    try {
                                        kernel.accept(context);
                                    } catch (Throwable e) {
                                        failed.compareAndSet(null, e);
                                        group.end();
                                    }
                                }));
            }
            for (Thread thread : all) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            if (failed.get() != null) {
                throw new IllegalStateException("a thread of group " + g, failed.get());
            }
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What threads share. */
    private static final class Group {
        final CyclicBarrier all;
        final CyclicBarrier[] warps;
        final Map<Integer, int[]> arrays = new HashMap<>();

        /** [warp][lane] registers that a lane shows the others. */
        final Object[][] shown;

        Group(int threads) {
            all = new CyclicBarrier(threads);
            warps = new CyclicBarrier[threads / WARP];
            shown = new Object[warps.length][WARP];
            for (int i = 0; i < warps.length; i++) {
                warps[i] = new CyclicBarrier(WARP);
            }
        }

        synchronized int[] array(int number, int length) {
            return arrays.computeIfAbsent(number, _ -> new int[length]);
        }

        void end() {
            all.reset();
            for (CyclicBarrier warp : warps) {
                warp.reset();
            }
        }
    }

    /** What one thread sees. */
    private static final class Context extends KernelContext {
        private final Group group;
        private final int warp;
        private final int lane;
        private int arrays;

        Context(Group group, int groupIdx, int localIdx) {
            this.group = group;
            this.warp = localIdx / WARP;
            this.lane = localIdx % WARP;
            put("groupIdx", groupIdx);
            put("localIdx", localIdx);
        }

        /** The fields of a context are final, and mean something on a device alone. */
        private void put(String name, int value) {
            try {
                Field field = KernelContext.class.getField(name);
                field.setAccessible(true);
                field.set(this, value);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public int[] allocateIntLocalArray(int size) {
            return group.array(arrays++, size);
        }

        @Override
        public void localBarrier() {
            await(group.all);
        }

        /** Each lane's registers, once all lanes have come here; no lane leaves before. */
        private <T> T[] exchange(T own, T[] everybodys) {
            group.shown[warp][lane] = own;
            await(group.warps[warp]);
            for (int i = 0; i < WARP; i++) {
                @SuppressWarnings("unchecked")
                T other = (T) group.shown[warp][i];
                everybodys[i] = other;
            }
            await(group.warps[warp]);
            return everybodys;
        }

        @Override
        public float[] mmaFragment(float v) {
            return new float[] {v, v, v, v};
        }

        /** ldmatrix.sync.aligned.m8n8.x4: rows 0 to 7 and 8 to 15, left half, then right half. */
        @Override
        public HalfFloat[] mmaLoadA(int[] tile, int k, int byteOffset) {
            int row = lane / 8 % 2 * 8 + lane % 8;
            int address = byteOffset + row * 32 + lane / 16 * 16;
            return ldmatrix(tile, address, 4, false);
        }

        /** ldmatrix.sync.aligned.m8n8.x2.trans: rows 0 to 7, then 8 to 15, of 16 bytes each. */
        @Override
        public HalfFloat[] mmaLoadB(int[] tile, int k, int byteOffset) {
            int address = byteOffset + lane % 8 * 16 + lane / 8 % 2 * 128;
            return ldmatrix(tile, address, 2, true);
        }

        /**
         * Lane 8 i + j gives the address of row j of matrix i; of each matrix a lane gets the two
         * neighbours 2 * (lane % 4) and on of row lane / 4, or of that column if transposed.
         */
        private HalfFloat[] ldmatrix(int[] memory, int address, int matrices, boolean transposed) {
            if (address % 16 != 0) {
                throw new IllegalArgumentException("ldmatrix at " + address);
            }
            Integer[] addresses = exchange(address, new Integer[WARP]);
            HalfFloat[] registers = new HalfFloat[2 * matrices];
            for (int m = 0; m < matrices; m++) {
                for (int i = 0; i < 2; i++) {
                    int major = lane / 4;
                    int minor = lane % 4 * 2 + i;
                    int row = transposed ? minor : major;
                    int col = transposed ? major : minor;
                    int at = addresses[8 * m + row] + 2 * col;
                    registers[2 * m + i] = new HalfFloat((short) (memory[at / 4] >>> (at % 4 * 8)));
                }
            }
            return registers;
        }

        @Override
        public float[] mmaBF16(HalfFloat[] a, HalfFloat[] b, float[] c, MMAShape shape) {
            if (shape != MMAShape.M16N8K16) {
                throw new IllegalArgumentException(shape.toString());
            }
            HalfFloat[][] as = exchange(a, new HalfFloat[WARP][]);
            HalfFloat[][] bs = exchange(b, new HalfFloat[WARP][]);
            float[][] matrixA = new float[16][16];
            float[][] matrixB = new float[16][8];
            for (int l = 0; l < WARP; l++) {
                for (int i = 0; i < 8; i++) {
                    int row = i < 2 || i == 4 || i == 5 ? l >> 2 : (l >> 2) + 8;
                    int col = (l % 4) * 2 + (i & 1) + (i < 4 ? 0 : 8);
                    matrixA[row][col] = bf16(as[l][i]);
                }
                for (int i = 0; i < 4; i++) {
                    int row = (l % 4) * 2 + (i & 1) + (i < 2 ? 0 : 8);
                    matrixB[row][l >> 2] = bf16(bs[l][i]);
                }
            }
            float[] d = new float[4];
            for (int i = 0; i < 4; i++) {
                double sum = c[i];
                for (int k = 0; k < 16; k++) {
                    sum += (double) matrixA[rowOfD(i)][k] * matrixB[k][colOfD(i)];
                }
                d[i] = (float) sum;
            }
            return d;
        }

        private int rowOfD(int i) {
            return i < 2 ? lane >> 2 : (lane >> 2) + 8;
        }

        private int colOfD(int i) {
            return (lane % 4) * 2 + (i & 1);
        }

        private static float bf16(HalfFloat bits) {
            return Float.intBitsToFloat(bits.getHalfFloatValue() << 16);
        }

        @Override
        public void mmaStore(float[] d, FloatArray c, int row, int col, int stride) {
            for (int i = 0; i < 4; i++) {
                c.set((row + rowOfD(i)) * stride + col + colOfD(i), d[i]);
            }
        }
    }
}
