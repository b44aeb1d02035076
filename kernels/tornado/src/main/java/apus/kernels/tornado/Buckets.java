package apus.kernels.tornado;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The numbers of rows that plans are made for: a step takes the smallest that it fits into.
 *
 * @param sizes ascending
 */
record Buckets(int... sizes) {
    /**
     * Powers of two below {@code most}, and that itself.
     *
     * @param wanted comma-separated, to have others than the powers of two; or empty
     */
    static Buckets upTo(int most, String wanted) {
        IntStream sizes =
                wanted.isBlank()
                        ? IntStream.iterate(1, n -> n < most, n -> 2 * n)
                        : Arrays.stream(wanted.split(",")).map(String::strip).mapToInt(Buckets::of);
        return new Buckets(
                IntStream.concat(sizes.filter(n -> n < most), IntStream.of(most))
                        .distinct()
                        .sorted()
                        .toArray());
    }

    private static int of(String size) {
        int n;
        try {
            n = Integer.parseInt(size);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "buckets are whole numbers between commas, found '" + size + "'", e);
        }
        if (n < 1) {
            throw new IllegalArgumentException("a bucket holds at least 1, found " + n);
        }
        return n;
    }

    /** Index of the smallest that holds as many. */
    int of(int rows) {
        for (int i = 0; i < sizes.length; i++) {
            if (rows <= sizes[i]) {
                return i;
            }
        }
        throw new IllegalArgumentException(rows + " rows, at most " + most() + " fit");
    }

    int most() {
        return sizes[sizes.length - 1];
    }
}
