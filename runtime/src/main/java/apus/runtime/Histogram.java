package apus.runtime;

/**
 * Counts values into buckets with fixed upper bounds. Written by one thread; {@link #snapshot} may
 * come from any.
 */
public final class Histogram {
    /**
     * @param bounds upper bounds, ascending, each inclusive; not copied
     * @param counts [bounds + 1] values in each bucket, the last one without bound; not cumulative
     * @param sum of all values
     * @param count number of values
     */
    public record Snapshot(double[] bounds, long[] counts, double sum, long count) {}

    private final double[] bounds;
    private final long[] counts;
    private double sum;
    private long count;

    Histogram(double... bounds) {
        this.bounds = bounds;
        this.counts = new long[bounds.length + 1];
    }

    synchronized void add(double value) {
        int bucket = 0;
        while (bucket < bounds.length && value > bounds[bucket]) {
            bucket++;
        }
        counts[bucket]++;
        sum += value;
        count++;
    }

    synchronized Snapshot snapshot() {
        return new Snapshot(bounds, counts.clone(), sum, count);
    }
}
