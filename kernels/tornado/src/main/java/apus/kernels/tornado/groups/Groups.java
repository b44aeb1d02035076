package apus.kernels.tornado.groups;

/** Sizes that are built into the kernels. */
public final class Groups {
    /** Threads that share a row of a product. */
    public static final int LANES = 32;

    /** Most threads of a group: as long are the arrays in local memory. */
    public static final int MOST_THREADS = 256;

    /** Columns that are in local memory at a time; whole turns of the lanes. */
    public static final int CHUNK = 256;

    /** Tokens that are multiplied together, at most {@link #LANES}. */
    public static final int TOKENS = 8;

    private Groups() {}
}
