package apus.runtime;

import apus.runtime.sample.RandomStream;
import java.util.OptionalLong;

/** Where a request's random stream begins. */
final class Seeds {
    private Seeds() {}

    /**
     * @param own the request's
     * @param engine the engine's, for requests without one
     * @param number of the request since the engine opened
     */
    static long of(OptionalLong own, OptionalLong engine, long number) {
        if (own.isPresent()) {
            return own.getAsLong();
        }
        // Odd and far from small: no seed that somebody would type meets a request's number.
        return engine.isPresent()
                ? engine.getAsLong() ^ (number * 0x9E3779B97F4A7C15L)
                : RandomStream.freshSeed();
    }
}
