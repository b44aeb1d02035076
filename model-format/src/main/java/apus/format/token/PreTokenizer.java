package apus.format.token;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/** How text is cut into words, which are then encoded each for itself. */
sealed interface PreTokenizer {
    /**
     * Gives the words of {@code text}, in order.
     *
     * @param start whether the text stands at the very beginning of what was to be encoded
     */
    void split(String text, boolean start, Consumer<String> words);

    /** By a pattern; every character belongs to a word. */
    record Pattern(WordPattern pattern) implements PreTokenizer {
        @Override
        public void split(String text, boolean start, Consumer<String> words) {
            for (int from = 0; from < text.length(); ) {
                int to = pattern.end(text, from);
                words.accept(text.substring(from, to));
                from = to;
            }
        }
    }

    /** After each occurrence of a literal text, which stays at the end of its word. */
    record After(String literal) implements PreTokenizer {
        @Override
        public void split(String text, boolean start, Consumer<String> words) {
            int from = 0;
            for (int at = text.indexOf(literal); at >= 0; at = text.indexOf(literal, from)) {
                words.accept(text.substring(from, at + literal.length()));
                from = at + literal.length();
            }
            words.accept(text.substring(from));
        }
    }

    /** The UTF-8 bytes, written in {@link ByteAlphabet}. */
    record Bytes(boolean addPrefixSpace) implements PreTokenizer {
        @Override
        public void split(String text, boolean start, Consumer<String> words) {
            String spaced = addPrefixSpace && !text.startsWith(" ") ? " " + text : text;
            byte[] bytes = spaced.getBytes(StandardCharsets.UTF_8);
            char[] chars = new char[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                chars[i] = ByteAlphabet.toChar(bytes[i]);
            }
            words.accept(new String(chars));
        }
    }

    /**
     * SentencePiece's: spaces become a visible character.
     *
     * @param prepend when that character is put in front of a text that does not begin with it
     * @param split whether a word begins at each of them
     */
    record Metaspace(String replacement, Prepend prepend, boolean split) implements PreTokenizer {
        enum Prepend {
            ALWAYS,
            FIRST,
            NEVER
        }

        @Override
        public void split(String text, boolean start, Consumer<String> words) {
            String visible = text.replace(" ", replacement);
            boolean wanted =
                    switch (prepend) {
                        case ALWAYS -> true;
                        case FIRST -> start;
                        case NEVER -> false;
                    };
            if (wanted && !visible.startsWith(replacement)) {
                visible = replacement + visible;
            }
            if (!split) {
                words.accept(visible);
                return;
            }
            int from = 0;
            for (int at = visible.indexOf(replacement, 1);
                    at >= 0;
                    at = visible.indexOf(replacement, at + 1)) {
                words.accept(visible.substring(from, at));
                from = at;
            }
            words.accept(visible.substring(from));
        }
    }

    /** Each cuts what the one before it gave; an empty list leaves the text whole. */
    record Chain(List<PreTokenizer> steps) implements PreTokenizer {
        @Override
        public void split(String text, boolean start, Consumer<String> words) {
            if (steps.isEmpty()) {
                words.accept(text);
            } else {
                split(0, text, start, words);
            }
        }

        private void split(int step, String text, boolean start, Consumer<String> words) {
            if (step == steps.size()) {
                words.accept(text);
            } else {
                boolean[] first = {start};
                steps.get(step)
                        .split(
                                text,
                                start,
                                word -> {
                                    split(step + 1, word, first[0], words);
                                    first[0] = false;
                                });
            }
        }
    }
}
