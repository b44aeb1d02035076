package apus.kernels.tornado.loops;

/**
 * Where the numbers of a step stand in its int array, for n tokens: ids, slots, positions and
 * places of block tables, n each, then the block tables. One array, since each takes a transfer.
 */
public final class StepLayout {
    private StepLayout() {}

    /** Token ids begin here. */
    public static int ids(int n) {
        return 0 * n;
    }

    /** Slots of keys and values. */
    public static int slots(int n) {
        return n;
    }

    /** Positions, each within its sequence. */
    public static int positions(int n) {
        return 2 * n;
    }

    /** For each token, where in the array the block table of its sequence begins. */
    public static int tablesOf(int n) {
        return 3 * n;
    }

    /** The first block table. */
    public static int tables(int n) {
        return 4 * n;
    }
}
