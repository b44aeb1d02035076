package apus.runtime.sample;

import apus.runtime.RequestException;
import apus.runtime.Sampling;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What is done to the logits of one choice before a token is taken: masks, bias and penalties, in
 * the order in which {@link #apply} calls them. Knows the tokens so far. Engine thread.
 */
public final class LogitPipeline {
    private static final float FORBIDDEN = Float.NEGATIVE_INFINITY;

    private final int vocab;
    private final int[] allowed;
    private final float[] allowedLogits;
    private final BadWords badWords;
    private final int minTokens;
    private final int[] endTokens;
    private final int[] biasIds;
    private final float[] biases;
    private final double repetition;
    private final double frequency;
    private final double presence;

    // Empty, and not kept, where no penalty is asked for.
    private final TokenCounts counts;
    private int generated;

    /**
     * @param minTokens while fewer are generated, no end token is drawn
     * @param prompt tokens that count for the repetition penalty
     * @param endTokens end-of-sequence ids and stop tokens
     * @param vocab width of the rows
     * @throws RequestException if {@code s} names a token outside the vocabulary or a bias that is
     *     not finite
     */
    public LogitPipeline(Sampling s, int minTokens, int[] prompt, int[] endTokens, int vocab) {
        this.vocab = vocab;
        this.minTokens = minTokens;
        this.endTokens = Arrays.stream(endTokens).filter(this::inVocabulary).toArray();
        allowed = ids("allowed_token_ids", s.allowedTokens());
        allowedLogits = new float[allowed.length];
        badWords = new BadWords(s.badWords().stream().map(word -> ids("bad_words", word)).toList());
        biasIds = new int[s.logitBias().size()];
        biases = new float[biasIds.length];
        readBias(s.logitBias());
        repetition = s.repetitionPenalty();
        frequency = s.frequencyPenalty();
        presence = s.presencePenalty();
        counts = new TokenCounts();
        if (repetition != 1) {
            for (int id : prompt) {
                if (inVocabulary(id)) {
                    counts.add(id, 0);
                }
            }
        }
    }

    private LogitPipeline(LogitPipeline parent) {
        vocab = parent.vocab;
        minTokens = parent.minTokens;
        endTokens = parent.endTokens;
        allowed = parent.allowed;
        allowedLogits = parent.allowedLogits.clone();
        badWords = parent.badWords.copy();
        biasIds = parent.biasIds;
        biases = parent.biases;
        repetition = parent.repetition;
        frequency = parent.frequency;
        presence = parent.presence;
        counts = parent.counts.copy();
        generated = parent.generated;
    }

    /** A copy that goes its own way from here on. */
    public LogitPipeline fork() {
        return new LogitPipeline(this);
    }

    /**
     * Changes the logits of the next token. The order is part of the API's contract; a grammar's
     * mask would stand first.
     *
     * @param z f32[vocab], changed in place
     */
    public void apply(float[] z) {
        keepAllowed(z);
        badWords.forbid(z);
        forbidEnd(z);
        addBias(z);
        penalise(z);
    }

    /** Takes note of a generated token. */
    public void accept(int token) {
        generated++;
        badWords.accept(token);
        if (penalises()) {
            counts.add(token, 1);
        }
    }

    /** Whether the next {@link #apply} leaves every row as it is. */
    boolean idle() {
        return allowed.length == 0
                && badWords.isEmpty()
                && (generated >= minTokens || endTokens.length == 0)
                && biasIds.length == 0
                && !penalises();
    }

    private void keepAllowed(float[] z) {
        if (allowed.length == 0) {
            return;
        }
        for (int i = 0; i < allowed.length; i++) {
            allowedLogits[i] = z[allowed[i]];
        }
        Arrays.fill(z, 0, vocab, FORBIDDEN);
        for (int i = 0; i < allowed.length; i++) {
            z[allowed[i]] = allowedLogits[i];
        }
    }

    private void forbidEnd(float[] z) {
        if (generated < minTokens) {
            for (int id : endTokens) {
                z[id] = FORBIDDEN;
            }
        }
    }

    private void addBias(float[] z) {
        for (int i = 0; i < biasIds.length; i++) {
            z[biasIds[i]] = Math.min(z[biasIds[i]] + biases[i], Float.MAX_VALUE);
        }
    }

    private boolean penalises() {
        return repetition != 1 || frequency != 0 || presence != 0;
    }

    /**
     * Repetition (Keskar et al., "CTRL", 2019, section 4.1), then frequency and presence; computed
     * in double and rounded once.
     */
    private void penalise(float[] z) {
        if (!penalises()) {
            return;
        }
        for (int i = 0; i < counts.size(); i++) {
            int id = counts.id(i);
            if (z[id] == FORBIDDEN) {
                continue;
            }
            double value = z[id] > 0 ? z[id] / repetition : z[id] * repetition;
            int count = counts.count(i);
            if (count > 0) {
                value -= frequency * count + presence;
            }
            // An extreme penalty must neither forbid a token nor make its logit infinite.
            z[id] = (float) Math.clamp(value, -Float.MAX_VALUE, Float.MAX_VALUE);
        }
    }

    private int[] ids(String param, List<Integer> tokens) {
        int[] ids = new int[tokens.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = checked(param, tokens.get(i));
        }
        return ids;
    }

    private void readBias(Map<Integer, Float> bias) {
        int i = 0;
        for (Map.Entry<Integer, Float> entry : bias.entrySet()) {
            if (!Float.isFinite(entry.getValue())) {
                throw new RequestException(
                        "logit_bias",
                        "'logit_bias' must hold finite numbers, got " + entry.getValue() + ".");
            }
            biasIds[i] = checked("logit_bias", entry.getKey());
            biases[i++] = entry.getValue();
        }
    }

    private int checked(String param, int id) {
        if (!inVocabulary(id)) {
            throw new RequestException(
                    param,
                    "'%s' must hold token ids from 0 to %d, got %d."
                            .formatted(param, vocab - 1, id));
        }
        return id;
    }

    private boolean inVocabulary(int id) {
        return id >= 0 && id < vocab;
    }
}
