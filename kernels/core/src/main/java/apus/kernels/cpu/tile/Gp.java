package apus.kernels.cpu.tile;

/**
 * General registers of 64 bits and their numbers in instructions. Linux's calling convention hands
 * arguments over in RDI, RSI, RDX, RCX, R8, R9, the result in RAX, and lets a function without a
 * stack change those and R10 and R11.
 */
enum Gp {
    RAX(0),
    RCX(1),
    RDX(2),
    RBX(3),
    RSP(4),
    RBP(5),
    RSI(6),
    RDI(7),
    R8(8),
    R9(9),
    R10(10),
    R11(11),
    R12(12),
    R13(13),
    R14(14),
    R15(15);

    final int number;

    Gp(int number) {
        this.number = number;
    }

    /** The bits that go into ModRM and SIB. */
    int low() {
        return number & 7;
    }

    /** The bit that goes into a prefix. */
    int high() {
        return number >> 3;
    }
}
