package apus.runtime;

/**
 * Which log-probabilities a request wants to see.
 *
 * @param generated best alternatives beside each generated token; {@link #OFF} = nothing at all, 0
 *     = the drawn token alone
 * @param prompt the same for each prompt token but the first
 * @param source which distribution is reported
 */
public record LogprobOptions(int generated, int prompt, Source source) {
    /** Nothing wanted. */
    public static final int OFF = -1;

    /** Neither kind. */
    public static final LogprobOptions NONE = new LogprobOptions(OFF, OFF, Source.RAW);

    /** Which distribution is reported. */
    public enum Source {
        /** The model's own: log_softmax of the logits as computed. */
        RAW,
        /** After masks, bias, penalties and temperature; prompt tokens are always RAW. */
        PROCESSED
    }

    public LogprobOptions {
        if (generated < OFF) {
            throw new RequestException(
                    "logprobs", "'logprobs' must be at least 0, got " + generated + ".");
        }
        if (prompt < OFF) {
            throw new RequestException(
                    "prompt_logprobs", "'prompt_logprobs' must be at least 0, got " + prompt + ".");
        }
    }

    public boolean wantsGenerated() {
        return generated != OFF;
    }

    public boolean wantsPrompt() {
        return prompt != OFF;
    }
}
