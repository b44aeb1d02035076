package apus.kernels.cpu.tile;

/**
 * Vector registers of 256 bits (AVX2). A function may change them, and clears their upper halves.
 */
enum Ymm {
    YMM0(0),
    YMM1(1),
    YMM2(2),
    YMM3(3),
    YMM4(4),
    YMM5(5),
    YMM6(6),
    YMM7(7),
    YMM8(8),
    YMM9(9),
    YMM10(10),
    YMM11(11),
    YMM12(12),
    YMM13(13),
    YMM14(14),
    YMM15(15);

    /** Bytes of one. */
    static final int BYTES = 32;

    final int number;

    Ymm(int number) {
        this.number = number;
    }

    /** The bit that goes into a prefix. */
    int high() {
        return number >> 3;
    }
}
