package apus.runtime;

import apus.format.token.Tokenizer;
import apus.kernels.Batch;
import apus.kernels.Executor;
import apus.kernels.Logits;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A short prompt for {@link SelfCheck}: most of it at once, as prompts are taken in, and its end
 * token by token, as answers are written, since backends have kernels of their own for either.
 *
 * @param tokens of the prompt, at least 1
 * @param blockSize tokens per block of the cache
 */
record LogitProbe(int[] tokens, int blockSize) {
    /** Letters, digits, marks and more than ASCII: no special words, so that any model has them. */
    private static final String TEXT =
            "The quick brown fox jumps over the lazy dog; 12 + 30 = 42. Où est le château, Señor?";

    /** Longer, and plain kernels would take minutes for a large model. */
    private static final int MOST = 24;

    private static final int SINGLE_STEPS = 2;

    /**
     * The prompt as a model reads it.
     *
     * @param room most tokens
     */
    static LogitProbe of(Tokenizer tokenizer, int room, int blockSize) {
        int[] encoded = tokenizer.encode(TEXT, false);
        int[] tokens = encoded.length == 0 ? new int[1] : encoded;
        return new LogitProbe(
                Arrays.copyOf(tokens, Math.min(tokens.length, Math.min(room, MOST))), blockSize);
    }

    /** Blocks of the cache that it fills, from block 1 on. */
    int blocks() {
        return (tokens.length + blockSize - 1) / blockSize;
    }

    /**
     * Runs it.
     *
     * @param batch to fill; with at least as many places per sequence as {@link #blocks}
     * @return f32[tokens][vocab], logits after each token
     */
    List<float[]> run(Executor executor, Batch batch) {
        for (int i = 0; i < blocks(); i++) {
            batch.blockTable[i] = i + 1;
        }
        List<float[]> rows = new ArrayList<>();
        int prompt = Math.max(1, tokens.length - SINGLE_STEPS);
        int most = Math.min(batch.maxTokens(), batch.logitRows.length);
        while (rows.size() < tokens.length) {
            int from = rows.size();
            int to = from < prompt ? Math.min(prompt, from + most) : from + 1;
            fill(batch, from, to);
            Logits logits = executor.forward(batch);
            for (int i = 0; i < to - from; i++) {
                rows.add(logits.row(i).toArray(ValueLayout.JAVA_FLOAT));
            }
        }
        Arrays.fill(batch.blockTable, 0, blocks(), 0);
        batch.clear();
        return rows;
    }

    private void fill(Batch batch, int from, int to) {
        batch.clear();
        batch.sequences = 1;
        for (int position = from; position < to; position++) {
            int i = batch.tokens++;
            batch.tokenIds[i] = tokens[position];
            batch.positions[i] = position;
            batch.slots[i] = (1 + position / blockSize) * blockSize + position % blockSize;
            batch.ropeLength[i] = Math.max(tokens.length, position + 1);
            batch.logitRows[i] = i;
        }
        batch.seqStart[1] = batch.tokens;
        batch.contextLen[0] = to;
        batch.logitCount = batch.tokens;
    }
}
