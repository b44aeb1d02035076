package apus.kernels;

import java.time.Duration;

/**
 * One model on one device, one step at a time. Used by one thread (the engine's) only.
 *
 * <p>Every backend promises batch invariance: the logits of a row do not depend, in any bit, on the
 * other sequences of the batch, on how its prompt was cut into chunks, or on which blocks hold its
 * keys.
 */
public interface Executor extends AutoCloseable {
    ExecutorInfo info();

    /** Allocates the cache, once, before the first step. */
    void allocateKv(KvShape shape);

    /**
     * Computes one step: writes keys and values of every token into its slot, then the logits of
     * the asked rows.
     *
     * @return valid until the next call
     * @throws DeviceException if the device is lost; the executor is then of no more use
     */
    Logits forward(Batch batch);

    /**
     * Gets the code that steps run compiled, for at most about this long, so that the first request
     * does not wait for it. After {@link #allocateKv} and before the first step; changes no result.
     */
    default void warmUp(Duration atMost) {}

    /** Frees memory and ends the executor's threads. */
    @Override
    void close();
}
