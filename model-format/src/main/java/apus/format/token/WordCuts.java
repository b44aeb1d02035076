package apus.format.token;

import java.util.Map;

/**
 * Cuts what a pre-tokenizer left whole, such as a text whose spaces have become {@code ▁}, where no
 * merge can join: between two characters that stand side by side in no piece of two characters or
 * more. Every merge puts the last character of its left part beside the first of its right part in
 * the piece that it makes, so merging each part for itself gives the same tokens; and short words
 * can be remembered. Both characters must be pieces themselves: others become bytes or the unknown
 * token, and neighbours of that kind may belong together.
 */
final class WordCuts implements WordModel {
    // Below it a look-up in a bit set replaces one in the table.
    private static final int ASCII = 128;

    private final WordModel model;
    private final LongTable joined;
    private final boolean[] asciiJoined = new boolean[ASCII * ASCII];
    private final CharacterIds characters;

    /**
     * @param vocabulary pieces that words are made of
     */
    WordCuts(WordModel model, Map<String, Integer> vocabulary, CharacterIds characters) {
        this.model = model;
        this.characters = characters;
        joined = new LongTable(vocabulary.size());
        for (String piece : vocabulary.keySet()) {
            int before = piece.isEmpty() ? 0 : piece.codePointAt(0);
            for (int i = Character.charCount(before); i < piece.length(); ) {
                int c = piece.codePointAt(i);
                joined.put(pair(before, c), 1);
                if (before < ASCII && c < ASCII) {
                    asciiJoined[before * ASCII + c] = true;
                }
                before = c;
                i += Character.charCount(c);
            }
        }
    }

    private static long pair(int before, int after) {
        return (long) before << 32 | after;
    }

    @Override
    public void encode(String text, int from, int to, IntList out) {
        int start = from;
        int before = -1;
        for (int i = from; i < to; ) {
            int c = text.codePointAt(i);
            if (before >= 0 && apart(before, c)) {
                model.encode(text, start, i, out);
                start = i;
            }
            before = c;
            i += Character.charCount(c);
        }
        model.encode(text, start, to, out);
    }

    private boolean apart(int before, int after) {
        boolean together =
                (before | after) < ASCII
                        ? asciiJoined[before * ASCII + after]
                        : joined.get(pair(before, after)) >= 0;
        return !together && characters.id(before) >= 0 && characters.id(after) >= 0;
    }
}
