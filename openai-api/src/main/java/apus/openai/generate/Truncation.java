package apus.openai.generate;

import apus.format.token.Tokenizer;
import java.util.Optional;

/** The fields that cut a prompt. */
final class Truncation {
    private Truncation() {}

    /** The prompt, or the part of it that the request asks for. */
    static Prompt apply(
            Params params,
            Tokenizer tokenizer,
            int maxModelLen,
            boolean skipSpecialTokens,
            Prompt prompt) {
        Optional<Long> keep = params.find(LengthParams.TRUNCATE_PROMPT_TOKENS);
        if (keep.isEmpty()) {
            return prompt;
        }
        long k = keep.get() == -1 ? maxModelLen : keep.get();
        return prompt.truncated(
                tokenizer,
                (int) Math.min(k, Integer.MAX_VALUE),
                params.get(LengthParams.TRUNCATION_SIDE).equals("left"),
                skipSpecialTokens);
    }
}
