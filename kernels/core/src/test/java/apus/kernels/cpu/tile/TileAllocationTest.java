package apus.kernels.cpu.tile;

import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.format.DType;
import apus.format.PairTiled;
import apus.format.Weight;
import apus.kernels.ActivationPrecision;
import apus.kernels.Quantization;
import apus.kernels.cpu.CpuKernels;
import apus.kernels.cpu.Packing;
import apus.kernels.cpu.Sample;
import apus.kernels.cpu.simd.VectorKernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What Java does around machine code allocates nothing. The calls are real ones; the code that they
 * reach returns at once, so that it needs no matrix tiles.
 */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
final class TileAllocationTest {
    private static final int ROWS = 100;
    private static final int COLS = 96;

    private static Processor idle() {
        Processor real = new CodePages(new LinuxHost());
        Assembler asm = new Assembler();
        asm.ret();
        return new Processor() {
            @Override
            public Code load(byte[] code) throws Host.Refused {
                return real.load(asm.bytes());
            }

            @Override
            public String description() {
                return "one that does nothing";
            }
        };
    }

    private static Weight weight(CpuKernels tiles, Sample sample, Quantization quantization) {
        Weight plain = sample.weight(DType.BF16, ROWS, COLS, 0);
        if (quantization != Quantization.NONE) {
            return Packing.quantized(plain, quantization, tiles, Arena.ofAuto());
        }
        Weight w = PairTiler.empty(plain, DType.BF16, Arena.ofAuto());
        for (int g = 0; g < PairTiled.groups(ROWS); g++) {
            PairTiler.fill(plain, DType.BF16, w, g);
        }
        return w;
    }

    @ParameterizedTest
    @CsvSource({"NONE, 1", "NONE, 40", "INT8, 1", "INT8, 40", "INT4, 1", "INT4, 40"})
    void aProductAllocatesNothingOnceWarm(Quantization quantization, int tokens)
            throws Host.Refused {
        Sample sample = new Sample(3);
        CpuKernels tiles =
                new TileKernels(idle(), ActivationPrecision.FLOAT32, new VectorKernels());
        Weight w = weight(tiles, sample, quantization);
        MemorySegment x = sample.floats((long) tokens * COLS);
        MemorySegment arranged = sample.floats(tiles.arrangedFloats(tokens, COLS));
        MemorySegment y = sample.floats((long) tokens * ROWS);
        MemorySegment scratch = sample.zeros(tiles.matmulScratch(w));
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        int calls = 300;
        long perCall = Long.MAX_VALUE;
        // Compilers work in the background: warm is when a round allocates nothing.
        long end = System.nanoTime() + 30_000_000_000L;
        while (perCall > 0 && System.nanoTime() < end) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < calls; i++) {
                tiles.arrange(tiles.layout(w), x, tokens, COLS, 0, tokens, arranged);
                tiles.matmul(arranged, tokens, w, MemorySegment.NULL, 0, ROWS, y, scratch, 0);
            }
            perCall = (threads.getCurrentThreadAllocatedBytes() - before) / calls;
        }
        assertTrue(perCall == 0, perCall + " bytes per call");
        tiles.release();
    }
}
