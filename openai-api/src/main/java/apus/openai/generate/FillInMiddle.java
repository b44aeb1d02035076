package apus.openai.generate;

import apus.format.token.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Prompts for models that were trained to fill a gap: prefix token, text before, suffix token, text
 * behind, middle token; what the model then writes belongs between.
 *
 * @param prefix token id
 * @param suffix token id
 * @param middle token id
 */
record FillInMiddle(int prefix, int suffix, int middle) {
    /**
     * How models write the three tokens: Qwen and the demo model, StarCoder, CodeLlama, DeepSeek.
     */
    private static final List<List<String>> SPELLINGS =
            List.of(
                    List.of("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"),
                    List.of("<fim_prefix>", "<fim_suffix>", "<fim_middle>"),
                    List.of("<fim-prefix>", "<fim-suffix>", "<fim-middle>"),
                    List.of("\u2581<PRE>", "\u2581<SUF>", "\u2581<MID>"),
                    List.of("<PRE>", "<SUF>", "<MID>"),
                    List.of(
                            "<\uFF5Cfim\u2581begin\uFF5C>",
                            "<\uFF5Cfim\u2581hole\uFF5C>",
                            "<\uFF5Cfim\u2581end\uFF5C>"));

    /** The tokens of this tokenizer, if it has all three. */
    static Optional<FillInMiddle> of(Tokenizer tokenizer) {
        for (List<String> spelling : SPELLINGS) {
            OptionalInt prefix = tokenizer.id(spelling.get(0));
            OptionalInt suffix = tokenizer.id(spelling.get(1));
            OptionalInt middle = tokenizer.id(spelling.get(2));
            if (prefix.isPresent() && suffix.isPresent() && middle.isPresent()) {
                return Optional.of(
                        new FillInMiddle(prefix.getAsInt(), suffix.getAsInt(), middle.getAsInt()));
            }
        }
        return Optional.empty();
    }

    /** The prompt for a gap between two texts. */
    Prompt prompt(Tokenizer tokenizer, String before, String behind, boolean addSpecialTokens) {
        int[] ids =
                concat(
                        new int[] {prefix},
                        tokenizer.encode(before, false),
                        new int[] {suffix},
                        tokenizer.encode(behind, false),
                        new int[] {middle});
        Prompt prompt = new Prompt(ids, before, 0, 0, true);
        return addSpecialTokens ? Prompt.ofText(tokenizer, "", true).around(prompt) : prompt;
    }

    private static int[] concat(int[]... parts) {
        return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
    }
}
