package apus.format.token;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Pieces go through steps, each of which changes, joins or holds back the pieces before it gives
 * them on.
 */
record StepDecoder(List<Step> steps) implements Decoder {
    /** What is done to pieces. */
    sealed interface Step {}

    /** Something else instead, in each piece. */
    record Replace(Normalizer by) implements Step {}

    /**
     * SentencePiece's mark of a space becomes one; in the first piece of a text it vanishes, since
     * encoding has put it there.
     */
    record Metaspace(String mark, boolean strips) implements Step {}

    /**
     * {@code <0x0A>} is a byte. A run of bytes is a text if all of it is UTF-8; else each of them
     * becomes U+FFFD, so a run is kept back until it ends.
     */
    record ByteFallback() implements Step {}

    /** A character off the start of each piece, at most so many times. */
    record StripPieces(int character, int count) implements Step {}

    /** A character off the start of the whole text, at most so many times. */
    record StripText(int character, int count) implements Step {}

    /** Takes what a step gives on. */
    private interface Link {
        void push(String piece, StringBuilder out);

        default void flush(StringBuilder out) {}
    }

    @Override
    public Stream start(boolean continuation) {
        Link link = (piece, out) -> out.append(piece);
        for (Step step : steps.reversed()) {
            link = link(step, continuation, link);
        }
        Link first = link;
        return new Stream() {
            @Override
            public void push(String piece, StringBuilder out) {
                first.push(piece, out);
            }

            @Override
            public void flush(StringBuilder out) {
                first.flush(out);
            }
        };
    }

    private static Link link(Step step, boolean continuation, Link next) {
        return switch (step) {
            case Replace(Normalizer by) -> each(next, piece -> by.apply(piece));
            case StripPieces(int c, int count) ->
                    each(next, piece -> piece.substring(leading(piece, c, count)));
            case Metaspace(String mark, boolean strips) ->
                    new FirstDiffers(next, mark, strips && !continuation);
            case ByteFallback() -> new Bytes(next);
            case StripText(int c, int count) -> new Start(next, c, continuation ? 0 : count);
        };
    }

    private static Link each(Link next, java.util.function.UnaryOperator<String> change) {
        return new Link() {
            @Override
            public void push(String piece, StringBuilder out) {
                next.push(change.apply(piece), out);
            }

            @Override
            public void flush(StringBuilder out) {
                next.flush(out);
            }
        };
    }

    /** Length of the character's run at the start, of at most {@code count} characters. */
    private static int leading(String text, int character, int count) {
        int end = 0;
        for (int n = 0;
                n < count && end < text.length() && text.codePointAt(end) == character;
                n++) {
            end += Character.charCount(character);
        }
        return end;
    }

    private static final class FirstDiffers implements Link {
        private final Link next;
        private final String mark;
        private boolean first;

        FirstDiffers(Link next, String mark, boolean first) {
            this.next = next;
            this.mark = mark;
            this.first = first;
        }

        @Override
        public void push(String piece, StringBuilder out) {
            next.push(piece.replace(mark, first ? "" : " "), out);
            first = false;
        }

        @Override
        public void flush(StringBuilder out) {
            next.flush(out);
        }
    }

    private static final class Bytes implements Link {
        private final Link next;
        private final ByteArrayOutputStream run = new ByteArrayOutputStream();

        Bytes(Link next) {
            this.next = next;
        }

        @Override
        public void push(String piece, StringBuilder out) {
            int b = byteOf(piece);
            if (b >= 0) {
                run.write(b);
                return;
            }
            endRun(out);
            next.push(piece, out);
        }

        @Override
        public void flush(StringBuilder out) {
            endRun(out);
            next.flush(out);
        }

        private void endRun(StringBuilder out) {
            if (run.size() == 0) {
                return;
            }
            byte[] bytes = run.toByteArray();
            run.reset();
            String text;
            try {
                text =
                        StandardCharsets.UTF_8
                                .newDecoder()
                                .decode(ByteBuffer.wrap(bytes))
                                .toString();
            } catch (CharacterCodingException e) {
                for (int i = 0; i < bytes.length; i++) {
                    next.push("\uFFFD", out);
                }
                return;
            }
            next.push(text, out);
        }
    }

    private static final class Start implements Link {
        private final Link next;
        private final int character;
        private int left;

        Start(Link next, int character, int left) {
            this.next = next;
            this.character = character;
            this.left = left;
        }

        @Override
        public void push(String piece, StringBuilder out) {
            if (left == 0) {
                next.push(piece, out);
                return;
            }
            int end = leading(piece, character, left);
            left -= end / Character.charCount(character);
            if (end < piece.length()) {
                left = 0;
            }
            next.push(piece.substring(end), out);
        }

        @Override
        public void flush(StringBuilder out) {
            next.flush(out);
        }
    }

    @Override
    public byte[] bytes(String piece) {
        String text = piece;
        for (Step step : steps) {
            switch (step) {
                case Replace(Normalizer by) -> text = by.apply(text);
                case Metaspace(String mark, _) -> text = text.replace(mark, " ");
                case StripPieces(int c, int count) ->
                        text = text.substring(leading(text, c, count));
                case ByteFallback() -> {
                    int b = byteOf(text);
                    if (b >= 0) {
                        return new byte[] {(byte) b};
                    }
                }
                case StripText _ -> {}
            }
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static int byteOf(String piece) {
        boolean isByte =
                piece.length() == 6
                        && piece.startsWith("<0x")
                        && piece.charAt(5) == '>'
                        && hex(piece.charAt(3)) >= 0
                        && hex(piece.charAt(4)) >= 0;
        return isByte ? hex(piece.charAt(3)) << 4 | hex(piece.charAt(4)) : -1;
    }

    /** An ASCII digit's value, where {@link Character#digit} knows others too. */
    private static int hex(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }
}
