package apus.bench;

import apus.runtime.ModelInfo;

/**
 * What is asked of the engine.
 *
 * @param promptTokens of each request
 * @param generateTokens of each request, within the measured time
 * @param concurrency requests at a time
 */
record Load(int promptTokens, int generateTokens, int concurrency) {
    /** Tokens of one request. */
    int length() {
        return promptTokens + generateTokens;
    }

    /** Longest sequence of which {@link #concurrency} have room at a time. */
    long room(ModelInfo model) {
        long blocks = model.kvBlocks() / concurrency;
        return Math.min(model.maxModelLen(), blocks * model.blockSize());
    }
}
