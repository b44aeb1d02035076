package apus.runtime.sample;

import java.security.SecureRandom;

/**
 * The random numbers of one choice. Value k is a hash of (seed, choice, k) and of nothing else: it
 * does not depend on what was done with the values before, and seed 7 choice 1 has nothing in
 * common with seed 8 choice 0, as it would if the choice were added to the seed. Not thread-safe.
 *
 * <p>The hash is the output function of SplitMix64 (Steele, Lea and Flood, "Fast splittable
 * pseudorandom number generators", 2014).
 */
public final class RandomStream {
    private static final long GAMMA = 0x9E3779B97F4A7C15L;
    private static final SecureRandom ENTROPY = new SecureRandom();

    private final long key;
    private long drawn;

    /**
     * @param choice number of the choice within its request; 0 is the stream of a single choice
     */
    public RandomStream(long seed, int choice) {
        key = mix(mix(seed + GAMMA) + mix(choice ^ 0x632BE59BD9B4E019L));
    }

    /** The next value, 0 (included) to 1 (excluded), a multiple of 2^-53. */
    public double next() {
        return (mix(key + GAMMA * ++drawn) >>> 11) * 0x1p-53;
    }

    /** A seed that nobody can guess, for requests without one. Any thread. */
    public static long freshSeed() {
        return ENTROPY.nextLong();
    }

    private static long mix(long x) {
        long z = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
