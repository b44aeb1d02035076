package apus.kernels.cpu.tile;

/**
 * An address: base + disp, or base + index + disp.
 *
 * @param index {@link Gp#RSP} for none, which is also how the processor says so
 */
record Memory(Gp base, Gp index, int disp) {
    static Memory at(Gp base) {
        return new Memory(base, Gp.RSP, 0);
    }

    static Memory at(Gp base, int disp) {
        return new Memory(base, Gp.RSP, disp);
    }

    /** For tiles, whose index is the distance between rows. */
    static Memory rows(Gp base, Gp stride, int disp) {
        if (stride == Gp.RSP) {
            throw new IllegalArgumentException("RSP cannot be an index");
        }
        return new Memory(base, stride, disp);
    }

    boolean indexed() {
        return index != Gp.RSP;
    }
}
