package apus.bench;

import java.util.Arrays;
import java.util.List;

/** What the times of all tokens say. */
final class Timeline {
    private Timeline() {}

    /**
     * @param start when the requests were submitted, nanoseconds
     * @param times of each request's tokens, ascending, at least two
     */
    static Speed speed(long start, List<long[]> times, Load load) {
        double[] first = times.stream().mapToDouble(t -> t[0] - start).toArray();
        double allBegun = Arrays.stream(first).max().orElseThrow();
        long from = start + (long) allBegun;
        long to = times.stream().mapToLong(t -> t[t.length - 1]).min().orElseThrow();
        long tokens = 0;
        double positions = 0;
        for (long[] request : times) {
            for (int i = 0; i < request.length; i++) {
                if (request[i] > from && request[i] <= to) {
                    tokens++;
                    positions += load.promptTokens() + i;
                }
            }
        }
        return new Speed(
                (double) load.promptTokens() * load.concurrency() / (allBegun / 1e9),
                tokens / ((to - from) / 1e9),
                Median.of(first) / 1e6,
                positions / Math.max(1, tokens));
    }
}
