package apus.kernels.cpu.tile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Encodings against bytes that another assembler wrote. */
final class AssemblerTest {
    private static List<String> lines() throws IOException {
        try (InputStream in = AssemblerTest.class.getResourceAsStream("encodings.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        }
    }

    @Test
    void everyInstructionHasTheBytesOfTheGnuAssembler() throws IOException {
        List<String> wrong = new ArrayList<>();
        List<String> lines = lines();
        for (String line : lines) {
            String[] parts = line.split(" : ", -1);
            Assembler asm = new Assembler();
            Instruction.write(parts[0], asm);
            String found = HexFormat.of().formatHex(asm.bytes());
            if (!found.equals(parts[1])) {
                wrong.add(line + " but " + found);
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(lines.size() > 500, lines.size() + " lines");
    }

    /** The bytes are those of GNU as for the same jumps with {@code {disp32}}. */
    @Test
    void jumpsLeadForwardsAndBack() {
        Assembler asm = new Assembler();
        Assembler.Label back = new Assembler.Label();
        Assembler.Label ahead = new Assembler.Label();
        asm.here(back);
        asm.sub(Gp.R10, 1);
        asm.jump(Condition.NOT_ZERO, back);
        asm.jump(Condition.BELOW, ahead);
        asm.jump(Condition.ZERO, back);
        asm.jump(Condition.LESS, ahead);
        asm.jump(Condition.NOT_LESS, ahead);
        asm.ret();
        asm.here(ahead);
        asm.ret();
        String wanted =
                "4983ea01"
                        + "0f85f6ffffff"
                        + "0f8213000000"
                        + "0f84eaffffff"
                        + "0f8c07000000"
                        + "0f8d01000000"
                        + "c3c3";
        assertEquals(wanted, HexFormat.of().formatHex(asm.bytes()));
    }

    @Test
    void aLoopIsABodyACountAndAJumpBack() {
        Assembler asm = new Assembler();
        asm.repeat(Gp.R10, asm::ret);
        assertEquals("c34983ea010f85f5ffffff", HexFormat.of().formatHex(asm.bytes()));
    }

    @Test
    void aJumpMustLeadSomewhere() {
        Assembler asm = new Assembler();
        asm.jump(Condition.ZERO, new Assembler.Label());
        assertThrows(IllegalStateException.class, asm::bytes);
    }

    @Test
    void aTileInMemoryNeedsADistanceBetweenRows() {
        Assembler asm = new Assembler();
        assertThrows(
                IllegalArgumentException.class, () -> asm.tileloadd(Tmm.TMM0, Memory.at(Gp.RSI)));
        assertThrows(IllegalArgumentException.class, () -> Memory.rows(Gp.RSI, Gp.RSP, 0));
    }
}
