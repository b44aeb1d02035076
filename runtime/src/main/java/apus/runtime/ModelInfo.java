package apus.runtime;

import apus.format.checkpoint.ModelDefaults;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The opened model and what it runs on.
 *
 * @param directory where it was read from
 * @param family for people, for example {@code llama}
 * @param vocabSize rows of logits; at least the tokenizer's vocabulary
 * @param maxModelLen longest sequence, prompt and answer, in tokens
 * @param eosIds tokens that end a sequence, ascending
 * @param defaults special tokens and the sampling values the model's makers suggest
 * @param backend provider that runs it, {@code cpu}
 * @param device for people: kernels, vector width, threads and why
 * @param passedOver why a better backend does not run it, one sentence each; for the user
 * @param selfCheck how its logits compared with the CPU's; empty if they were not
 * @param threads compute threads in all
 * @param weightBytes size of the weight files
 * @param weightMemoryBytes memory the weights take as they are computed with; differs from the
 *     files where they are unpacked or quantised
 * @param weightFormat for people: how they are quantised and, where that was done at load, with
 *     what error; empty if they are not
 * @param workspaceBytes memory for activations and logits
 * @param kvBlocks blocks of the key/value cache that sequences can use
 * @param blockSize tokens per block
 * @param kvCacheBytes size of the cache
 * @param fingerprint changes with the model's files and nothing else
 */
public record ModelInfo(
        Path directory,
        String family,
        int vocabSize,
        int maxModelLen,
        List<Integer> eosIds,
        ModelDefaults defaults,
        String backend,
        String device,
        List<String> passedOver,
        Optional<SelfCheck> selfCheck,
        int threads,
        long weightBytes,
        long weightMemoryBytes,
        String weightFormat,
        long workspaceBytes,
        int kvBlocks,
        int blockSize,
        long kvCacheBytes,
        String fingerprint) {
    public ModelInfo {
        eosIds = List.copyOf(eosIds);
        passedOver = List.copyOf(passedOver);
    }

    /** Memory that the model takes outside the heap: weights, cache, activations. */
    public long memoryBytes() {
        return weightMemoryBytes + kvCacheBytes + workspaceBytes;
    }
}
