package apus.kernels.cpu.tile;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import apus.format.QuadTiled;
import apus.format.Tiled.Code;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Numbers of four bits become bytes: interpreted, and for real where the processor has AVX2. */
final class NibbleCodeTest {
    private static final int COLS = QuadTiled.BLOCK;
    private static final int GUARD = 64;

    private static byte[] code() {
        Assembler asm = new Assembler();
        NibbleCode.prepare(asm, Gp.RDI, 0);
        NibbleCode.widen(asm, Gp.RSI, 0, Gp.RDX, 0);
        asm.vzeroupper();
        asm.ret();
        return asm.bytes();
    }

    private static void check(Processor processor) throws Host.Refused {
        QuadTiled fours = new QuadTiled(Code.INT4, QuadTiled.ROWS);
        QuadTiled bytes = new QuadTiled(Code.INT8, QuadTiled.ROWS);
        Random random = new Random(11);
        try (Arena arena = Arena.ofConfined();
                Processor.Code code = processor.load(code())) {
            MemorySegment constants = arena.allocate(NibbleCode.CONSTANT_BYTES, 64);
            for (int i = 0; i < Ymm.BYTES / 8; i++) {
                constants.setAtIndex(JAVA_LONG, i, NibbleCode.FIFTEENS);
                constants.setAtIndex(JAVA_LONG, i + Ymm.BYTES / 8, NibbleCode.EIGHTS);
            }
            MemorySegment stored = arena.allocate(fours.blockBytes(), 64);
            MemorySegment wanted = arena.allocate(bytes.blockBytes(), 64);
            for (int r = 0; r < QuadTiled.ROWS; r++) {
                for (int c = 0; c < COLS; c++) {
                    // Every number in every place of a byte, the rest at random.
                    int number = r < 16 ? (r + c) % 16 - 8 : random.nextInt(-8, 8);
                    fours.put(stored, r, c, COLS, number);
                    bytes.put(wanted, r, c, COLS, number);
                    assertEquals(number, fours.number(stored, r, c, COLS));
                }
            }
            MemorySegment found = arena.allocate(NibbleCode.WIDE + 2 * GUARD, 64).fill((byte) 99);
            for (long half = 0; half < 2; half++) {
                MemorySegment none = MemorySegment.NULL;
                MemorySegment from = stored.asSlice(half * NibbleCode.STORED, NibbleCode.STORED);
                code.call(constants, from, found.asSlice(GUARD), none, 0);
                MemorySegment tile = found.asSlice(GUARD, NibbleCode.WIDE);
                MemorySegment rows = wanted.asSlice(half * NibbleCode.WIDE, NibbleCode.WIDE);
                assertEquals(-1, rows.mismatch(tile), "rows from " + half * 16);
            }
            for (int i = 0; i < GUARD; i++) {
                assertEquals(99, found.get(JAVA_BYTE, i));
                assertEquals(99, found.get(JAVA_BYTE, found.byteSize() - 1 - i));
            }
        }
    }

    @Test
    void asTheInterpreterReadsIt() throws Host.Refused {
        check(new Interpreter());
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
    void asThisProcessorDoesIt() throws Host.Refused {
        LinuxHost host = new LinuxHost();
        boolean there = java.util.List.of(host.processorFlags().split("\\s+", -1)).contains("avx2");
        assumeTrue(there, "this processor has no AVX2");
        check(new CodePages(host));
    }
}
