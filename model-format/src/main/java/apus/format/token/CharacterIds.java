package apus.format.token;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** The ids of the pieces that are one character. */
final class CharacterIds {
    private final int[] basic = new int[1 << Character.SIZE];
    private final Map<Integer, Integer> supplementary = new HashMap<>();

    CharacterIds(Map<String, Integer> vocabulary) {
        Arrays.fill(basic, -1);
        vocabulary.forEach((piece, id) -> {
            if (!piece.isEmpty() && piece.length() == Character.charCount(piece.codePointAt(0))) {
                int c = piece.codePointAt(0);
                if (c < basic.length) {
                    basic[c] = id;
                } else {
                    supplementary.put(c, id);
                }
            }
        });
    }

    /** The id of a character, or -1. */
    int id(int c) {
        return c < basic.length ? basic[c] : supplementary.getOrDefault(c, -1);
    }
}
