package apus.format.token;

import apus.format.regex.Regex;
import java.util.List;

/** How text is cut into words, which are then encoded each for itself. */
sealed interface PreTokenizer {
    /** Takes words, in order; none is empty. */
    interface Words {
        void accept(String text, int from, int to);
    }

    /**
     * Gives the words of {@code text} from {@code from} to {@code to}.
     *
     * @param start whether that is the very beginning of what was to be encoded
     */
    void split(String text, int from, int to, boolean start, Words words);

    /** What becomes of the matches of a {@link Split}, and of what lies between. */
    enum Behavior {
        ISOLATED,
        REMOVED,
        MERGED_WITH_PREVIOUS,
        MERGED_WITH_NEXT,
        CONTIGUOUS
    }

    /**
     * By a pattern.
     *
     * @param invert whether what lies between matches is taken for the matches
     */
    record Split(Regex pattern, Behavior behavior, boolean invert) implements PreTokenizer {
        @Override
        public void split(String text, int from, int to, boolean start, Words words) {
            Joiner joiner = new Joiner(behavior, text, words);
            Regex.Search search = pattern.search(text, from, to);
            int done = from;
            while (search.find()) {
                if (search.start() > done) {
                    joiner.add(done, search.start(), invert);
                }
                joiner.add(search.start(), search.end(), !invert);
                done = search.end();
            }
            if (done < to) {
                joiner.add(done, to, invert);
            }
            joiner.flush();
        }
    }

    /** Puts matches and what lies between them together as the behavior wants. */
    final class Joiner {
        private final Behavior behavior;
        private final String text;
        private final Words words;
        private int from;
        // Where it is equal to from, nothing waits.
        private int to;
        private boolean match;

        Joiner(Behavior behavior, String text, Words words) {
            this.behavior = behavior;
            this.text = text;
            this.words = words;
        }

        void add(int start, int end, boolean isMatch) {
            boolean joins =
                    to > from
                            && switch (behavior) {
                                case ISOLATED, REMOVED -> false;
                                // Of matches side by side the first goes with what is before.
                                case MERGED_WITH_PREVIOUS -> isMatch && !match;
                                case MERGED_WITH_NEXT -> match && !isMatch;
                                case CONTIGUOUS -> match == isMatch;
                            };
            if (!joins) {
                flush();
                from = start;
            }
            to = end;
            match = isMatch;
            if (behavior == Behavior.REMOVED && isMatch) {
                from = to;
            }
        }

        void flush() {
            if (to > from) {
                words.accept(text, from, to);
            }
            from = to;
        }
    }

    /** A space in front of a text that has none there. */
    record PrefixSpace() implements PreTokenizer {
        @Override
        public void split(String text, int from, int to, boolean start, Words words) {
            if (text.charAt(from) == ' ') {
                words.accept(text, from, to);
            } else {
                words.accept(" " + text.substring(from, to), 0, to - from + 1);
            }
        }
    }

    /** The UTF-8 bytes, written in {@link ByteAlphabet}. */
    record Bytes() implements PreTokenizer {
        @Override
        public void split(String text, int from, int to, boolean start, Words words) {
            String bytes = ByteLevelWords.write(text.substring(from, to));
            words.accept(bytes, 0, bytes.length());
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
        public void split(String text, int from, int to, boolean start, Words words) {
            String visible = text.substring(from, to).replace(" ", replacement);
            boolean wanted =
                    switch (prepend) {
                        case ALWAYS -> true;
                        case FIRST -> start;
                        case NEVER -> false;
                    };
            if (wanted && !visible.startsWith(replacement)) {
                visible = replacement + visible;
            }
            int begin = 0;
            if (split) {
                for (int at = visible.indexOf(replacement, 1);
                        at >= 0;
                        at = visible.indexOf(replacement, at + 1)) {
                    words.accept(visible, begin, at);
                    begin = at;
                }
            }
            words.accept(visible, begin, visible.length());
        }
    }

    /** Each cuts what the one before it gave; an empty list leaves the text whole. */
    record Chain(List<PreTokenizer> steps) implements PreTokenizer {
        @Override
        public void split(String text, int from, int to, boolean start, Words words) {
            split(0, text, from, to, start, words);
        }

        private void split(int step, String text, int from, int to, boolean start, Words words) {
            if (step == steps.size()) {
                words.accept(text, from, to);
            } else if (step == steps.size() - 1) {
                steps.get(step).split(text, from, to, start, words);
            } else {
                boolean[] first = {start};
                steps.get(step)
                        .split(
                                text,
                                from,
                                to,
                                start,
                                (word, begin, end) -> {
                                    split(step + 1, word, begin, end, first[0], words);
                                    first[0] = false;
                                });
            }
        }
    }
}
