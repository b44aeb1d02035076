package apus.runtime.sample;

import java.util.List;

/**
 * Token sequences that must not come about: the last token of a word is forbidden while the
 * generated tokens end with the others. Keeps as many tokens as the longest word needs.
 */
final class BadWords {
    private final int[][] words;

    // The last tokens, a ring: token number k is at k modulo its length.
    private final int[] tail;
    private long generated;

    /**
     * @param words none is empty
     */
    BadWords(List<int[]> words) {
        this.words = words.toArray(int[][]::new);
        int longest = 1;
        for (int[] word : words) {
            longest = Math.max(longest, word.length);
        }
        tail = new int[longest - 1];
    }

    private BadWords(BadWords other) {
        words = other.words;
        tail = other.tail.clone();
        generated = other.generated;
    }

    BadWords copy() {
        return new BadWords(this);
    }

    boolean isEmpty() {
        return words.length == 0;
    }

    void accept(int token) {
        if (tail.length > 0) {
            tail[(int) (generated++ % tail.length)] = token;
        }
    }

    void forbid(float[] z) {
        for (int[] word : words) {
            if (pending(word)) {
                z[word[word.length - 1]] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    /** Whether all tokens of a word but its last were the last ones generated. */
    private boolean pending(int[] word) {
        int before = word.length - 1;
        if (generated < before) {
            return false;
        }
        for (int i = 0; i < before; i++) {
            if (tail[(int) ((generated - before + i) % tail.length)] != word[i]) {
                return false;
            }
        }
        return true;
    }
}
