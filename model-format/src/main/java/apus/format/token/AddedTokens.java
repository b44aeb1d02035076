package apus.format.token;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds added tokens written in a text: the leftmost, and of those the longest, by a trie. A token
 * may swallow the white space beside it, or want to stand alone.
 */
final class AddedTokens {
    /**
     * One entry of {@code added_tokens}.
     *
     * @param singleWord only where no letter, digit or underscore touches it
     * @param lstrip takes the white space before it along
     * @param rstrip takes the white space after it along
     * @param normalized looked for in normalized text, not in the text as given
     * @param special hidden when special tokens are skipped
     */
    record Added(
            int id,
            String content,
            boolean singleWord,
            boolean lstrip,
            boolean rstrip,
            boolean normalized,
            boolean special) {}

    /** A stretch of text between tokens, or a token. */
    record Piece(String text, int start, Added token) {}

    private static final class Node {
        final Map<Character, Node> children = new HashMap<>();
        Added token;
    }

    private final Node root = new Node();

    // Most characters of a text begin no token.
    private final BitSet firsts = new BitSet();

    /**
     * @param tokens with the text to look for as key
     */
    AddedTokens(Map<String, Added> tokens) {
        tokens.forEach((text, token) -> {
            Node node = root;
            for (int i = 0; i < text.length(); i++) {
                node = node.children.computeIfAbsent(text.charAt(i), c -> new Node());
            }
            if (node != root) {
                node.token = token;
                firsts.set(text.charAt(0));
            }
        });
    }

    /**
     * @param literal positions in the text that no special token may cover
     */
    List<Piece> split(String text, BitSet literal) {
        List<Piece> pieces = new ArrayList<>();
        int done = 0;
        int at = 0;
        while (at < text.length()) {
            if (!firsts.get(text.charAt(at))) {
                at++;
                continue;
            }
            int end = longest(text, at);
            Added found = end < 0 ? null : tokenAt(text, at, end);
            if (found == null || (found.special() && covers(literal, at, end))) {
                at++;
                continue;
            }
            int from = at;
            // The search goes on behind what was found, even where it does not count, and even
            // where the token takes white space along.
            at = end;
            if (found.singleWord() && !alone(text, from, end)) {
                continue;
            }
            if (found.lstrip()) {
                while (from > done && CharClass.space(text.charAt(from - 1))) {
                    from--;
                }
            }
            if (found.rstrip()) {
                while (end < text.length() && CharClass.space(text.charAt(end))) {
                    end++;
                }
            }
            if (from > done) {
                pieces.add(new Piece(text.substring(done, from), done, null));
            }
            pieces.add(new Piece(text.substring(from, end), from, found));
            done = end;
        }
        if (done < text.length()) {
            pieces.add(new Piece(text.substring(done), done, null));
        }
        return pieces;
    }

    private static boolean covers(BitSet literal, int from, int to) {
        int next = literal.nextSetBit(from);
        return next >= 0 && next < to;
    }

    /** End of the longest token that begins here, or -1. */
    private int longest(String text, int from) {
        int end = -1;
        Node node = root.children.get(text.charAt(from));
        for (int i = from + 1; node != null; i++) {
            if (node.token != null) {
                end = i;
            }
            node = i < text.length() ? node.children.get(text.charAt(i)) : null;
        }
        return end;
    }

    private Added tokenAt(String text, int from, int to) {
        Node node = root;
        for (int i = from; i < to; i++) {
            node = node.children.get(text.charAt(i));
        }
        return node.token;
    }

    private static boolean alone(String text, int from, int to) {
        return (from == 0 || !wordPart(text.codePointBefore(from)))
                && (to == text.length() || !wordPart(text.codePointAt(to)));
    }

    /** {@code \w}. */
    private static boolean wordPart(int c) {
        return switch (Character.getType(c)) {
            case Character.NON_SPACING_MARK,
                    Character.ENCLOSING_MARK,
                    Character.COMBINING_SPACING_MARK,
                    Character.DECIMAL_DIGIT_NUMBER,
                    Character.CONNECTOR_PUNCTUATION ->
                    true;
            // The joiners are Join_Control.
            default -> Character.isAlphabetic(c) || c == 0x200C || c == 0x200D;
        };
    }
}
