package apus.kernels.cpu.tile;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes x86-64 machine code: the few instructions that the kernels are made of, one method each,
 * and labels. The encodings are those of Intel's Software Developer's Manual, volume 2; operands
 * come in its order, the destination first.
 */
final class Assembler {
    private static final int LONGEST = 1 << 16;

    // Maps of opcodes, as a VEX instruction names them.
    private static final int MAP_0F = 1;
    private static final int MAP_0F38 = 2;

    // Prefixes that a VEX instruction carries as two bits.
    private static final int NONE = 0;
    private static final int P66 = 1;
    private static final int PF3 = 2;
    private static final int PF2 = 3;

    /** A place in the code, once it is {@link #here}. */
    static final class Label {
        private final List<Integer> uses = new ArrayList<>();
        private int at = -1;
    }

    private final ByteBuffer code = ByteBuffer.allocate(LONGEST).order(ByteOrder.LITTLE_ENDIAN);
    private final List<Label> labels = new ArrayList<>();

    /** The code so far. */
    byte[] bytes() {
        for (Label label : labels) {
            if (label.at < 0) {
                throw new IllegalStateException("a jump leads nowhere");
            }
        }
        byte[] bytes = new byte[code.position()];
        code.get(0, bytes);
        return bytes;
    }

    // Moves and arithmetic, all of 64 bits.

    void mov(Gp to, Gp from) {
        wide(0x89, from.number, to);
    }

    void mov(Gp to, Memory from) {
        wide(0x8B, to.number, from);
    }

    void mov(Memory to, Gp from) {
        wide(0x89, from.number, to);
    }

    /** The number is extended by its sign. */
    void mov(Gp to, int number) {
        wide(0xC7, 0, to);
        code.putInt(number);
    }

    void lea(Gp to, Memory address) {
        wide(0x8D, to.number, address);
    }

    void add(Gp to, Gp other) {
        wide(0x01, other.number, to);
    }

    void add(Gp to, Memory other) {
        wide(0x03, to.number, other);
    }

    void add(Gp to, int number) {
        withNumber(0, to, number);
    }

    void sub(Gp to, Gp other) {
        wide(0x29, other.number, to);
    }

    void sub(Gp to, int number) {
        withNumber(5, to, number);
    }

    void cmp(Gp a, Gp b) {
        wide(0x39, b.number, a);
    }

    void cmp(Gp a, int number) {
        withNumber(7, a, number);
    }

    // Flow.

    /** The label is here. */
    void here(Label label) {
        if (label.at >= 0) {
            throw new IllegalStateException("a label has one place");
        }
        label.at = code.position();
        for (int use : label.uses) {
            code.putInt(use, label.at - use - Integer.BYTES);
        }
    }

    void jump(Condition when, Label to) {
        code.put((byte) 0x0F).put((byte) (0x80 | when.code));
        int use = code.position();
        code.putInt(to.at - use - Integer.BYTES);
        to.uses.add(use);
        labels.add(to);
    }

    /** The body as often as the counter says, at least once; the counter ends as 0. */
    void repeat(Gp counter, Runnable body) {
        Label again = new Label();
        here(again);
        body.run();
        sub(counter, 1);
        jump(Condition.NOT_ZERO, again);
    }

    void ret() {
        code.put((byte) 0xC3);
    }

    // Tiles.

    /** Takes the shapes of all tiles from 64 bytes, see {@link TileShapes}. */
    void ldtilecfg(Memory config) {
        vex(NONE, 0x49, 0, config);
    }

    /** Gives the tiles back: they take no part in switches between threads any more. */
    void tilerelease() {
        vex(NONE, 0x49, 0, 0, 0);
    }

    void tilezero(Tmm tile) {
        vex(PF2, 0x49, tile.number, 0, 0);
    }

    void tileloadd(Tmm to, Memory rows) {
        vex(PF2, 0x4B, to.number, needIndex(rows));
    }

    void tilestored(Memory rows, Tmm from) {
        vex(PF3, 0x4B, from.number, needIndex(rows));
    }

    /** sums += a * b, with bfloat16 numbers in pairs. */
    void tdpbf16ps(Tmm sums, Tmm a, Tmm b) {
        vex(PF3, 0x5C, sums.number, a.number, b.number);
    }

    /** sums += a * b, with signed bytes in fours. */
    void tdpbssd(Tmm sums, Tmm a, Tmm b) {
        vex(PF2, 0x5E, sums.number, a.number, b.number);
    }

    /** sums += a * b, with unsigned bytes times signed bytes in fours. */
    void tdpbusd(Tmm sums, Tmm a, Tmm b) {
        vex(P66, 0x5E, sums.number, a.number, b.number);
    }

    // Vectors of 256 bits, with prefixes of three bytes also where two would do.

    void vmovdqu(Ymm to, Memory from) {
        vector(PF3, 0x6F, to, from);
    }

    void vmovdqu(Memory to, Ymm from) {
        vector(PF3, 0x7F, from, to);
    }

    /** to = a and b. */
    void vpand(Ymm to, Ymm a, Ymm b) {
        vector(0xDB, to.number, b, a);
    }

    /** to = a - b, in bytes. */
    void vpsubb(Ymm to, Ymm a, Ymm b) {
        vector(0xF8, to.number, b, a);
    }

    /** to = from, each 16 bits shifted right without a sign. */
    void vpsrlw(Ymm to, Ymm from, int by) {
        vector(0x71, 2, from, to);
        code.put((byte) by);
    }

    /** Clears the upper halves, which instructions of 128 bits before AVX would have to keep. */
    void vzeroupper() {
        vexPrefix(MAP_0F, NONE, 0, 0, 0, 0, false);
        code.put((byte) 0x77);
    }

    private static Memory needIndex(Memory rows) {
        if (!rows.indexed()) {
            throw new IllegalArgumentException("a tile in memory has a distance between rows");
        }
        return rows;
    }

    // How instructions are put together.

    private void withNumber(int operation, Gp to, int number) {
        boolean small = number == (byte) number;
        wide(small ? 0x83 : 0x81, operation, to);
        if (small) {
            code.put((byte) number);
        } else {
            code.putInt(number);
        }
    }

    private void wide(int opcode, int reg, Gp rm) {
        code.put((byte) (0x48 | (reg >> 3) << 2 | rm.high())).put((byte) opcode);
        modRm(3, reg, rm.low());
    }

    private void wide(int opcode, int reg, Memory rm) {
        int index = rm.index().high();
        code.put((byte) (0x48 | (reg >> 3) << 2 | index << 1 | rm.base().high()));
        code.put((byte) opcode);
        memory(reg, rm);
    }

    private void vector(int opcode, int reg, Ymm rm, Ymm vvvv) {
        vexPrefix(MAP_0F, P66, reg >> 3, 0, rm.high(), vvvv.number, true);
        code.put((byte) opcode);
        modRm(3, reg, rm.number);
    }

    private void vector(int prefix, int opcode, Ymm reg, Memory rm) {
        vexPrefix(MAP_0F, prefix, reg.high(), rm.index().high(), rm.base().high(), 0, true);
        code.put((byte) opcode);
        memory(reg.number, rm);
    }

    /** An instruction of the map 0F38 on tiles alone. */
    private void vex(int prefix, int opcode, int reg, int rm, int vvvv) {
        vexPrefix(MAP_0F38, prefix, 0, 0, 0, vvvv, false);
        code.put((byte) opcode);
        modRm(3, reg, rm);
    }

    private void vex(int prefix, int opcode, int reg, Memory rm) {
        vexPrefix(MAP_0F38, prefix, 0, rm.index().high(), rm.base().high(), 0, false);
        code.put((byte) opcode);
        memory(reg, rm);
    }

    /** Three bytes; numbers of registers stand inverted. */
    private void vexPrefix(
            int map, int prefix, int reg, int index, int base, int vvvv, boolean wide) {
        code.put((byte) 0xC4)
                .put((byte) ((1 - reg) << 7 | (1 - index) << 6 | (1 - base) << 5 | map))
                .put((byte) ((~vvvv & 15) << 3 | (wide ? 4 : 0) | prefix));
    }

    private void modRm(int mode, int reg, int rm) {
        code.put((byte) (mode << 6 | (reg & 7) << 3 | (rm & 7)));
    }

    private void memory(int reg, Memory m) {
        // Without a displacement, RBP and R13 would mean another form.
        boolean none = m.disp() == 0 && m.base().low() != Gp.RBP.number;
        boolean small = m.disp() == (byte) m.disp();
        int mode = none ? 0 : small ? 1 : 2;
        if (m.indexed() || m.base().low() == Gp.RSP.number) {
            modRm(mode, reg, Gp.RSP.number);
            code.put((byte) (m.index().low() << 3 | m.base().low()));
        } else {
            modRm(mode, reg, m.base().low());
        }
        if (mode == 1) {
            code.put((byte) m.disp());
        } else if (mode == 2) {
            code.putInt(m.disp());
        }
    }
}
