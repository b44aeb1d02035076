package apus.format.token;

import apus.format.regex.Regex;
import java.util.List;

/** What is done to text before it is cut. */
sealed interface Normalizer permits Normalizer.Step, NormalForm, Charsmap {
    String apply(String text);

    /** Whether what a text begins with can vanish. */
    default boolean removes() {
        return false;
    }

    /** The plain ones. */
    sealed interface Step extends Normalizer {}

    /** Something in front of a text that is not empty. */
    record Prepend(String prefix) implements Step {
        @Override
        public String apply(String text) {
            return text.isEmpty() ? text : prefix + text;
        }
    }

    /** A literal text by another, everywhere. */
    record Replace(String target, String replacement) implements Step {
        @Override
        public boolean removes() {
            return replacement.isEmpty();
        }

        @Override
        public String apply(String text) {
            return text.replace(target, replacement);
        }
    }

    /** What a pattern matches by one text, everywhere. */
    record ReplacePattern(Regex pattern, String replacement) implements Step {
        @Override
        public boolean removes() {
            return replacement.isEmpty();
        }

        @Override
        public String apply(String text) {
            return pattern.replaceAll(text, replacement);
        }
    }

    /** White space off the ends. */
    record Strip(boolean left, boolean right) implements Step {
        @Override
        public boolean removes() {
            return left;
        }

        @Override
        public String apply(String text) {
            int from = 0;
            int to = text.length();
            while (left && from < to && CharClass.space(text.charAt(from))) {
                from++;
            }
            while (right && to > from && CharClass.space(text.charAt(to - 1))) {
                to--;
            }
            return text.substring(from, to);
        }
    }

    /** Each character in lower case for itself: a sigma at a word's end is not told apart. */
    record Lowercase() implements Step {
        private static final int CAPITAL_I_WITH_DOT = 0x130;

        @Override
        public String apply(String text) {
            StringBuilder out = new StringBuilder(text.length());
            for (int i = 0; i < text.length(); ) {
                int c = text.codePointAt(i);
                i += Character.charCount(c);
                if (c == CAPITAL_I_WITH_DOT) {
                    // The one character that becomes two.
                    out.append("i\u0307");
                } else {
                    out.appendCodePoint(Character.toLowerCase(c));
                }
            }
            return out.toString();
        }
    }

    /** Combining marks away. */
    record StripAccents() implements Step {
        @Override
        public boolean removes() {
            return true;
        }

        @Override
        public String apply(String text) {
            StringBuilder out = new StringBuilder(text.length());
            text.codePoints().filter(c -> !mark(c)).forEach(out::appendCodePoint);
            return out.toString();
        }

        private static boolean mark(int c) {
            return switch (Character.getType(c)) {
                case Character.NON_SPACING_MARK,
                        Character.ENCLOSING_MARK,
                        Character.COMBINING_SPACING_MARK ->
                        !ReferenceUnicode.NO_MARKS.get(c);
                default -> ReferenceUnicode.MARKS.get(c);
            };
        }
    }

    /** The UTF-8 bytes, written in {@link ByteAlphabet}. */
    record Bytes() implements Step {
        @Override
        public String apply(String text) {
            return ByteLevelWords.write(text);
        }
    }

    /** One after another; an empty list does nothing. */
    record Chain(List<Normalizer> steps) implements Step {
        @Override
        public boolean removes() {
            return steps.stream().anyMatch(Normalizer::removes);
        }

        @Override
        public String apply(String text) {
            String result = text;
            for (Normalizer step : steps) {
                result = step.apply(result);
            }
            return result;
        }
    }
}
