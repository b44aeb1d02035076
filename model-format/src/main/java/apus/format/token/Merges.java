package apus.format.token;

/** Which two neighbouring tokens may become one, and in what order. */
final class Merges {
    /** What {@link #find} gives for a pair that does not merge. */
    static final long NONE = -1;

    private final LongTable pairs;

    Merges(int expected) {
        pairs = new LongTable(expected);
    }

    /** Adds a pair; of two equal ones the later holds, as in the reference's map. */
    void put(int left, int right, int rank, int result) {
        pairs.put(key(left, right), ((long) rank << 32) | result);
    }

    /** {@link #NONE}, or what {@link #rank} and {@link #result} read. */
    long find(int left, int right) {
        return pairs.get(key(left, right));
    }

    /** Lower comes first. */
    static int rank(long merge) {
        return (int) (merge >>> 32);
    }

    /** The id of the token that the two become. */
    static int result(long merge) {
        return (int) merge;
    }

    private static long key(int left, int right) {
        return ((long) left << 32) | right;
    }
}
