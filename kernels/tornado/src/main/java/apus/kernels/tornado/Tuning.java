package apus.kernels.tornado;

/**
 * What may be tuned by system properties.
 *
 * @param buckets {@code apus.tornado.buckets}: numbers of tokens that plans are made for, between
 *     commas; empty for powers of two
 * @param maxElements most numbers of one array
 */
record Tuning(String buckets, long maxElements) {
    /** Arrays are indexed by an int, and hold their length and a header in front. */
    private static final long MAX_ELEMENTS = Integer.MAX_VALUE - 64;

    static Tuning ofSystem() {
        return new Tuning(System.getProperty("apus.tornado.buckets", ""), MAX_ELEMENTS);
    }
}
