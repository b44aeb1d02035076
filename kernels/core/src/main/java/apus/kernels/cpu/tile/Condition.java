package apus.kernels.cpu.tile;

/** When a jump is taken; the numbers are the instruction's own. */
enum Condition {
    /** Unsigned below: carry. */
    BELOW(2),
    ZERO(4),
    NOT_ZERO(5),
    /** Signed less. */
    LESS(12),
    NOT_LESS(13);

    final int code;

    Condition(int code) {
        this.code = code;
    }
}
