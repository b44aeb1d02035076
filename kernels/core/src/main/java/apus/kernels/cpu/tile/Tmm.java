package apus.kernels.cpu.tile;

/** Tile registers: up to 16 rows of up to 64 bytes each, as configured. */
enum Tmm {
    TMM0(0),
    TMM1(1),
    TMM2(2),
    TMM3(3),
    TMM4(4),
    TMM5(5),
    TMM6(6),
    TMM7(7);

    private static final Tmm[] ALL = values();

    final int number;

    Tmm(int number) {
        this.number = number;
    }

    static Tmm of(int number) {
        return ALL[number];
    }
}
