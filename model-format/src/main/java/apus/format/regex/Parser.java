package apus.format.regex;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Reads Oniguruma's own syntax, as the tokenizers library uses it. What is not known is refused,
 * never guessed.
 */
final class Parser {
    private static final int MAX_DEPTH = 50;
    private static final int MAX_COUNT = 1000;

    /** A pattern that is not understood; the message says what and where. */
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }

    private final String pattern;
    private final CodePoints codePoints = new CodePoints();
    private int at;
    private int depth;
    private boolean anyCase;

    private Parser(String pattern) {
        this.pattern = pattern;
    }

    static Node parse(String pattern) {
        Parser parser = new Parser(pattern);
        Node node = parser.choice();
        if (parser.at < pattern.length()) {
            throw parser.refused("an unmatched )");
        }
        return node;
    }

    /** All strings of a text, for patterns that are no patterns. */
    static Node literal(String text) {
        List<Node> parts = new ArrayList<>();
        text.codePoints().forEach(c -> parts.add(new Node.Characters(single(c))));
        return new Node.Sequence(parts);
    }

    private Refused refused(String what) {
        return new Refused(what + " at character " + at);
    }

    private boolean looking(String text) {
        return pattern.startsWith(text, at);
    }

    private boolean take(String text) {
        boolean here = looking(text);
        if (here) {
            at += text.length();
        }
        return here;
    }

    private Node choice() {
        if (++depth > MAX_DEPTH) {
            throw refused("groups more than " + MAX_DEPTH + " deep");
        }
        boolean outside = anyCase;
        List<Node> options = new ArrayList<>();
        do {
            options.add(sequence());
        } while (take("|"));
        anyCase = outside;
        depth--;
        return options.size() == 1 ? options.getFirst() : new Node.Choice(options);
    }

    private Node sequence() {
        List<Node> parts = new ArrayList<>();
        StringBuilder foldable = new StringBuilder();
        while (at < pattern.length() && !looking("|") && !looking(")")) {
            int start = at;
            if (take("(?i)")) {
                anyCase = true;
                // Oniguruma takes the alternatives after it in too.
                parts.add(choice());
                break;
            }
            Node atom = atom();
            if (anyCase) {
                refuseMultiCharacterFolds(foldable, pattern.substring(start, at));
            }
            int end = at;
            parts.add(quantified(atom));
            if (anyCase && at > end) {
                foldable.append(foldable.charAt(foldable.length() - 1));
                refuseMultiCharacterFolds(foldable, "");
            }
        }
        return parts.size() == 1 ? parts.getFirst() : new Node.Sequence(parts);
    }

    /** Case folding makes one character of several equal to these: Oniguruma would match it. */
    private void refuseMultiCharacterFolds(StringBuilder before, String atom) {
        if (!atom.isEmpty()) {
            before.append(atom.length() == 1 ? Character.toLowerCase(atom.charAt(0)) : ' ');
        }
        String end = before.substring(Math.max(0, before.length() - 2));
        if (List.of("ss", "st", "ff", "fi", "fl").contains(end)) {
            throw refused("(?i) with " + end + ", which is one character in other cases,");
        }
    }

    private Node quantified(Node atom) {
        Node node = atom;
        while (at < pattern.length()) {
            int min;
            int max;
            boolean interval = false;
            if (take("*")) {
                min = 0;
                max = Node.Repeat.UNBOUNDED;
            } else if (take("+")) {
                min = 1;
                max = Node.Repeat.UNBOUNDED;
            } else if (take("?")) {
                min = 0;
                max = 1;
            } else if (looking("{")) {
                int[] counts = counts();
                min = counts[0];
                max = counts[1];
                interval = true;
            } else {
                break;
            }
            if (interval && (looking("?") || looking("+"))) {
                throw refused("a quantifier after {}");
            }
            if (node.nullable() && max == Node.Repeat.UNBOUNDED) {
                throw refused("a repetition without end of what may be empty");
            }
            if (node.nullable() && max > 1) {
                // Whether an empty turn counts is answered differently by every library.
                throw refused("a repetition of what may be empty");
            }
            if (!interval && take("+")) {
                node = possessive(node, min, max);
            } else {
                node = new Node.Repeat(node, min, max, interval || !take("?"));
            }
        }
        return node;
    }

    /** A repetition that gives nothing back goes on for as long as the next character fits. */
    private Node possessive(Node part, int min, int max) {
        if (!(part instanceof Node.Characters characters)) {
            throw refused("a possessive repetition of more than one character");
        }
        Node noMore = new Node.Ahead(CodePoints.complement(characters.set()), true);
        return max == 1
                ? new Node.Choice(List.of(part, noMore))
                : new Node.Sequence(List.of(new Node.Repeat(part, min, max, true), noMore));
    }

    private int[] counts() {
        int end = pattern.indexOf('}', at);
        String inside = end < 0 ? "" : pattern.substring(at + 1, end);
        if (!inside.matches("[0-9]{1,4}(,[0-9]{0,4})?")) {
            throw refused("a { that is no count");
        }
        at = end + 1;
        int comma = inside.indexOf(',');
        int min = Integer.parseInt(comma < 0 ? inside : inside.substring(0, comma));
        int max =
                comma < 0
                        ? min
                        : comma == inside.length() - 1
                                ? Node.Repeat.UNBOUNDED
                                : Integer.parseInt(inside.substring(comma + 1));
        if (min > MAX_COUNT || max > MAX_COUNT || (max >= 0 && max < min) || max == 0) {
            throw refused("a count {" + inside + "}");
        }
        return new int[] {min, max};
    }

    private Node atom() {
        int c = pattern.codePointAt(at);
        return switch (c) {
            case '(' -> group();
            case '[' -> new Node.Characters(characterClass());
            case '.' -> {
                at++;
                yield new Node.Characters(CodePoints.complement(single('\n')));
            }
            case '$' -> {
                at++;
                yield new Node.Ahead(single('\n'), true);
            }
            case '*', '+', '?', '^' -> throw refused("a " + Character.toString(c));
            case '\\' ->
                    take("\\z")
                            ? new Node.Ahead(new BitSet(), true)
                            : new Node.Characters(latinWord(escape(), pattern.charAt(at - 1)));
            default -> {
                at += Character.charCount(c);
                yield new Node.Characters(folded(c));
            }
        };
    }

    /**
     * Oniguruma takes the superscripts and fractions of Latin-1, and no others, for word
     * characters; not within brackets.
     */
    private static BitSet latinWord(BitSet set, char escape) {
        if (escape == 'w' || escape == 'W') {
            for (int c : new int[] {0xB2, 0xB3, 0xB9, 0xBC, 0xBD, 0xBE}) {
                set.set(c, escape == 'w');
            }
        }
        return set;
    }

    private Node group() {
        boolean outside = anyCase;
        Node node;
        boolean negative = looking("(?!");
        if (take("(?=") || take("(?!")) {
            if (!(choice() instanceof Node.Characters next)) {
                throw refused("a look-ahead of more than one character");
            }
            node =
                    new Node.Ahead(
                            negative ? CodePoints.complement(next.set()) : next.set(), negative);
        } else {
            if (take("(?i:")) {
                anyCase = true;
            } else if (take("(?-i:")) {
                anyCase = false;
            } else if (!take("(?:")) {
                if (looking("(?")) {
                    throw refused("a group " + excerpt());
                }
                take("(");
            }
            node = choice();
        }
        if (!take(")")) {
            throw refused("a group without its )");
        }
        anyCase = outside;
        return node;
    }

    private String excerpt() {
        return pattern.substring(at, Math.min(pattern.length(), at + 4));
    }

    /** {@code [...]}, with ranges, sets within it and {@code &&}. */
    private BitSet characterClass() {
        if (++depth > MAX_DEPTH) {
            throw refused("sets more than " + MAX_DEPTH + " deep");
        }
        take("[");
        boolean negative = take("^");
        BitSet all = null;
        BitSet set = new BitSet(CodePoints.COUNT);
        boolean empty = true;
        while (!take("]")) {
            if (at >= pattern.length()) {
                throw refused("a set without its ]");
            }
            if (take("&&")) {
                all = intersection(all, set);
                set = new BitSet(CodePoints.COUNT);
                continue;
            }
            empty = false;
            if (looking("[:")) {
                throw refused("a set [:");
            }
            if (looking("[")) {
                set.or(characterClass());
                continue;
            }
            int c = pattern.codePointAt(at);
            BitSet item;
            if (c == '\\') {
                item = escape();
            } else {
                at += Character.charCount(c);
                item = folded(c);
            }
            if (!looking("-") || looking("-]")) {
                set.or(item);
                continue;
            }
            take("-");
            set.or(range(item));
        }
        if (empty) {
            throw refused("an empty set");
        }
        depth--;
        BitSet result = intersection(all, set);
        return negative ? CodePoints.complement(result) : result;
    }

    private static BitSet intersection(BitSet all, BitSet set) {
        if (all != null) {
            set.and(all);
        }
        return set;
    }

    private BitSet range(BitSet first) {
        int c = at < pattern.length() ? pattern.codePointAt(at) : '[';
        if (c == '[' || anyCase) {
            throw refused("a range");
        }
        BitSet last;
        if (c == '\\') {
            last = escape();
        } else {
            at += Character.charCount(c);
            last = single(c);
        }
        int from = first.nextSetBit(0);
        int to = last.nextSetBit(0);
        if (first.cardinality() != 1 || last.cardinality() != 1 || from > to) {
            throw refused("a range");
        }
        BitSet range = new BitSet(CodePoints.COUNT);
        range.set(from, to + 1);
        return range;
    }

    private BitSet escape() {
        if (at + 1 >= pattern.length()) {
            throw refused("a \\ at the end");
        }
        char c = pattern.charAt(at + 1);
        at += 2;
        return switch (c) {
            case 'n' -> single('\n');
            case 'r' -> single('\r');
            case 't' -> single('\t');
            case 'f' -> single('\f');
            case 'v' -> single(0x0B);
            case 'a' -> single(0x07);
            case 'e' -> single(0x1B);
            case 's', 'd', 'w' -> codePoints.shorthand(c);
            case 'S', 'D', 'W' ->
                    CodePoints.complement(codePoints.shorthand(Character.toLowerCase(c)));
            case 'p', 'P' -> property(c == 'P');
            case 'u' -> hex(4, Character.MAX_CODE_POINT);
            case 'x' -> {
                if (!take("{")) {
                    // Beyond ASCII it names a byte.
                    yield hex(2, 0x7F);
                }
                BitSet set = hex(pattern.indexOf('}', at) - at, Character.MAX_CODE_POINT);
                take("}");
                yield set;
            }
            default -> {
                boolean letter = c < 0x80 ? Character.isLetterOrDigit(c) : true;
                if (letter) {
                    at -= 2;
                    throw refused("an escape " + excerpt().substring(0, 2));
                }
                yield single(c);
            }
        };
    }

    private BitSet hex(int digits, int largest) {
        String text = pattern.substring(at, Math.clamp(at + digits, at, pattern.length()));
        if (!text.matches("[0-9A-Fa-f]{1,6}") || text.length() != digits) {
            throw refused("a character by number");
        }
        int c = Integer.parseInt(text, 16);
        if (c > largest) {
            throw refused("a character by number");
        }
        at += digits;
        return folded(c);
    }

    private BitSet property(boolean outer) {
        int end = pattern.indexOf('}', at);
        if (!take("{") || end < 0) {
            throw refused("a property without {}");
        }
        boolean inner = take("^");
        String name = pattern.substring(at, end);
        BitSet set = codePoints.property(name);
        if (set == null || anyCase) {
            throw refused("the property " + (name.length() > 40 ? "of a long name" : name));
        }
        at = end + 1;
        return outer != inner ? CodePoints.complement(set) : set;
    }

    private static BitSet single(int c) {
        BitSet set = new BitSet();
        set.set(c);
        return set;
    }

    private BitSet folded(int c) {
        BitSet set = single(c);
        if (anyCase) {
            if (c > 0x7F) {
                throw refused("(?i) with a character beyond ASCII");
            }
            set.set(Character.toLowerCase(c));
            set.set(Character.toUpperCase(c));
            // Case folding of Unicode makes two letters beyond ASCII equal to ours: the long s
            // and the sign for kelvin.
            if (c == 's' || c == 'S') {
                set.set(0x17F);
            } else if (c == 'k' || c == 'K') {
                set.set(0x212A);
            }
        }
        return set;
    }
}
