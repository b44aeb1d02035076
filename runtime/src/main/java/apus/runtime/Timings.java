package apus.runtime;

/**
 * Durations of one request, in nanoseconds.
 *
 * @param queueNanos from submit until first scheduled
 * @param prefillNanos from first scheduled until the first token
 * @param decodeNanos from the first token until the last
 * @param totalNanos from submit until finished
 */
public record Timings(long queueNanos, long prefillNanos, long decodeNanos, long totalNanos) {
    /** From submit until the first token. */
    public long firstTokenNanos() {
        return queueNanos + prefillNanos;
    }
}
