package apus.openai.generate;

import apus.format.token.Tokenizer;
import java.util.Arrays;

/**
 * A prompt ready for the engine, and the text that echo shows for it.
 *
 * @param ids not copied
 * @param text what a reader of the prompt sees
 * @param addedBefore tokens at the start that no part of the text stands for, such as a BOS that
 *     was added
 * @param addedBehind the same at the end
 * @param special whether special tokens within have text
 */
record Prompt(int[] ids, String text, int addedBefore, int addedBehind, boolean special) {
    /** Text with the tokenizer's own special tokens around it, or without. */
    static Prompt ofText(Tokenizer tokenizer, String text, boolean addSpecialTokens) {
        int[] bare = tokenizer.encode(text, false);
        if (!addSpecialTokens) {
            return new Prompt(bare, text, 0, 0, true);
        }
        int[] ids = tokenizer.encode(text, true);
        // Equal ids may stand on both sides of the border: then they count as added before.
        int added = Math.max(0, ids.length - bare.length);
        int before = added;
        while (before > 0
                && !Arrays.equals(ids, before, before + bare.length, bare, 0, bare.length)) {
            before--;
        }
        return new Prompt(ids, text, before, added - before, true);
    }

    /** Token ids as they are; the text is what they decode to. */
    static Prompt ofIds(Tokenizer tokenizer, int[] ids, boolean skipSpecialTokens) {
        return new Prompt(ids, tokenizer.decode(ids, skipSpecialTokens), 0, 0, !skipSpecialTokens);
    }

    /** The tokens that are added around an empty text, around those of {@code inner}. */
    Prompt around(Prompt inner) {
        int[] all = new int[ids.length + inner.ids.length];
        System.arraycopy(ids, 0, all, 0, addedBefore);
        System.arraycopy(inner.ids, 0, all, addedBefore, inner.ids.length);
        System.arraycopy(ids, addedBefore, all, addedBefore + inner.ids.length, addedBehind);
        return new Prompt(all, inner.text, addedBefore, addedBehind, inner.special);
    }

    /**
     * At most {@code k} tokens of it.
     *
     * @param cutLeft whether the last ones stay, not the first
     */
    Prompt truncated(Tokenizer tokenizer, int k, boolean cutLeft, boolean skipSpecialTokens) {
        if (ids.length <= k) {
            return this;
        }
        int from = cutLeft ? ids.length - k : 0;
        return ofIds(tokenizer, Arrays.copyOfRange(ids, from, from + k), skipSpecialTokens);
    }
}
