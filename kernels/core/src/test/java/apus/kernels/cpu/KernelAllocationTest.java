package apus.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.format.DType;
import apus.format.Fp8;
import apus.format.Mxfp4;
import apus.format.Tiled.Code;
import apus.format.Weight;
import apus.format.spec.Act;
import apus.kernels.ExecutorOptions.CpuChoice;
import apus.kernels.cpu.CpuKernels.Layout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A vector that C2 boxes gives right answers, 5 to 100 times slower; allocated bytes are how to see
 * it. All kernels run in one JVM, so that a profile spoilt by one shows in another.
 */
final class KernelAllocationTest {
    private static final CpuKernels KERNELS = KernelChoice.of(CpuChoice.VECTOR).kernels();
    private static final Sample SAMPLE = new Sample(3);
    private static final int COLS = 300;
    private static final int ROWS = 30;

    /** Tokens enough for the outer products. */
    private static final int MOST = 130;

    record Case(String name, Runnable run) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (DType type : new DType[] {DType.F32, DType.F16, DType.BF16}) {
            Weight w = SAMPLE.weight(type, ROWS, COLS, 1);
            MemorySegment x = SAMPLE.floats(MOST * COLS);
            MemorySegment arranged = SAMPLE.floats(KERNELS.arrangedFloats(MOST, COLS));
            MemorySegment y = SAMPLE.zeros(MOST * ROWS);
            MemorySegment scratch = SAMPLE.zeros(KERNELS.matmulScratch(w));
            Layout layout = KERNELS.layout(w);
            for (int tokens : new int[] {1, 4, 7, MOST}) {
                cases.add(
                        new Case(
                                "matmul " + type + " of " + tokens,
                                () -> {
                                    KERNELS.arrange(layout, x, tokens, COLS, 0, tokens, arranged);
                                    KERNELS.matmul(
                                            arranged,
                                            tokens,
                                            w,
                                            MemorySegment.NULL,
                                            0,
                                            ROWS,
                                            y,
                                            scratch,
                                            0);
                                }));
            }
            cases.add(new Case("row " + type, () -> KERNELS.row(w, 3, x, 0)));
        }
        for (Code code : Code.values()) {
            Weight w = tiled(code);
            MemorySegment x = SAMPLE.floats(8 * COLS);
            MemorySegment arranged = SAMPLE.floats(KERNELS.arrangedFloats(8, COLS));
            MemorySegment y = SAMPLE.zeros(8 * ROWS);
            MemorySegment scratch = SAMPLE.zeros(KERNELS.matmulScratch(w));
            Layout layout = KERNELS.layout(w);
            for (int tokens : new int[] {1, 8}) {
                cases.add(
                        new Case(
                                "matmul " + code + " of " + tokens,
                                () -> {
                                    KERNELS.arrange(layout, x, tokens, COLS, 0, tokens, arranged);
                                    KERNELS.matmul(
                                            arranged,
                                            tokens,
                                            w,
                                            MemorySegment.NULL,
                                            0,
                                            ROWS,
                                            y,
                                            scratch,
                                            0);
                                }));
            }
        }
        MemorySegment x = SAMPLE.floats(COLS);
        MemorySegment y = SAMPLE.floats(COLS);
        MemorySegment z = SAMPLE.floats(COLS);
        cases.add(new Case("rmsNorm", () -> KERNELS.rmsNorm(x, 0, y, COLS, 1e-5f, 0, z, 0)));
        cases.add(new Case("layerNorm", () -> KERNELS.layerNorm(x, 0, y, y, COLS, 1e-5f, z, 0)));
        cases.add(new Case("rope", () -> KERNELS.rope(z, 0, COLS / 2, x, y, 0)));
        cases.add(new Case("add", () -> KERNELS.add(z, 0, x, 0, COLS)));
        cases.add(new Case("addScaled", () -> KERNELS.addScaled(z, 0, 0.1f, x, 0, COLS)));
        cases.add(new Case("scale", () -> KERNELS.scale(z, 0, 0.99f, COLS)));
        cases.add(new Case("softcap", () -> KERNELS.softcap(z, 0, 30, COLS)));
        for (Act act : Act.values()) {
            MemorySegment gate = SAMPLE.floats(COLS);
            MemorySegment up = SAMPLE.floats(COLS);
            cases.add(
                    new Case(
                            act.toString(),
                            () -> {
                                gate.copyFrom(x);
                                up.copyFrom(y);
                                KERNELS.gated(act, gate, 0, up, 0, COLS);
                            }));
        }
        for (int heads : new int[] {1, 4}) {
            cases.add(new Case("attention, decode", attention(heads, 1, 0)));
            cases.add(new Case("attention, prefill", attention(heads, 7, 0)));
            cases.add(new Case("attention, softcap", attention(heads, 7, 20)));
        }
        return cases.stream();
    }

    private static Weight tiled(Code code) {
        try (Workers workers = new Workers(1)) {
            FloatTiler floats = new FloatTiler(KERNELS.tileRows(), workers, Arena.ofAuto());
            if (code == Code.E4M3) {
                Fp8 fp8 = new Fp8(1, COLS);
                return floats.tile(SAMPLE.fp8(fp8, ROWS, COLS), fp8).orElseThrow();
            }
            if (code == Code.E2M1) {
                return floats.tile(SAMPLE.mxfp4(ROWS, COLS / 32 * 32), new Mxfp4());
            }
            return new Quantizer(code, KERNELS.tileRows(), workers, Arena.ofAuto())
                    .quantize(SAMPLE.weight(DType.BF16, ROWS, COLS, 0));
        }
    }

    private static Runnable attention(int heads, int tokens, float softcap) {
        AttentionTask task = new AttentionTask();
        task.q = SAMPLE.floats(16 * 4 * 64);
        task.out = SAMPLE.zeros(16 * 4 * 64);
        task.keys = SAMPLE.floats(16 * 16 * 64 + KvCache.SLACK / 4);
        task.values = SAMPLE.floats(16 * 16 * 64 + KvCache.SLACK / 4);
        task.queryWidth = 4 * 64;
        task.kvHeads = 1;
        task.headDim = 64;
        task.blockSize = 16;
        task.scale = 0.1f;
        task.softcap = softcap;
        task.heads = heads;
        task.tokens = tokens;
        task.firstPosition = 150;
        task.blockTable = new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
        task.scratch = SAMPLE.zeros(KERNELS.attentionScratch(64, 16));
        return () -> KERNELS.attention(task);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aKernelAllocatesNothingOnceWarm(Case kernel) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        int calls = 500;
        long perCall = Long.MAX_VALUE;
        // Compilers work in the background: a kernel is warm when a round allocates nothing.
        long end = System.nanoTime() + 30_000_000_000L;
        while (perCall > 0 && System.nanoTime() < end) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < calls; i++) {
                kernel.run().run();
            }
            perCall = (threads.getCurrentThreadAllocatedBytes() - before) / calls;
        }
        long allocated = perCall;
        assertTrue(perCall == 0, () -> kernel + " allocates " + allocated + " bytes per call");
    }
}
