package apus.format.token;

import java.util.List;

/** How pieces become text again. */
sealed interface Decoder {
    /**
     * A decoder for one sequence of tokens.
     *
     * @param continuation whether text stands before it already, so that nothing is taken off the
     *     start
     */
    Stream start(boolean continuation);

    /** Takes pieces one by one. */
    interface Stream {
        void push(String piece, StringBuilder out);

        void flush(StringBuilder out);
    }

    /** Bytes a piece stands for; all or part of a character, or several. */
    byte[] bytes(String piece);

    /**
     * Pieces are bytes written in {@link ByteAlphabet}; a piece with any other character stands for
     * itself.
     */
    record Bytes() implements Decoder {
        @Override
        public Stream start(boolean continuation) {
            return new Stream() {
                private final Utf8Stream utf8 = new Utf8Stream();

                @Override
                public void push(String piece, StringBuilder out) {
                    for (byte b : bytes(piece)) {
                        utf8.push(b & 0xFF, out);
                    }
                }

                @Override
                public void flush(StringBuilder out) {
                    utf8.flush(out);
                }
            };
        }

        @Override
        public byte[] bytes(String piece) {
            byte[] bytes = new byte[piece.length()];
            for (int i = 0; i < bytes.length; i++) {
                int b = ByteAlphabet.toByte(piece.charAt(i));
                if (b < 0) {
                    return piece.getBytes(java.nio.charset.StandardCharsets.UTF_8);
                }
                bytes[i] = (byte) b;
            }
            return bytes;
        }
    }

    /**
     * SentencePiece's mark of a space becomes one; in the first piece of a text it vanishes, since
     * encoding has put it there.
     */
    record Metaspace(String mark, boolean strips) implements Decoder {
        @Override
        public Stream start(boolean continuation) {
            return new Stream() {
                private boolean first = strips && !continuation;

                @Override
                public void push(String piece, StringBuilder out) {
                    out.append(piece.replace(mark, first ? "" : " "));
                    first = false;
                }

                @Override
                public void flush(StringBuilder out) {}
            };
        }

        @Override
        public byte[] bytes(String piece) {
            return piece.replace(mark, " ").getBytes(java.nio.charset.StandardCharsets.UTF_8);
        }
    }

    /**
     * Pieces are text with some characters replaced, and {@code <0x0A>} is a byte. A run of bytes
     * is a text if all of it is UTF-8; else each of them becomes U+FFFD, so a run is kept back
     * until it ends.
     *
     * @param replacements applied to each piece
     * @param byteFallback whether there are byte pieces
     * @param stripped character taken off the start of the text
     * @param stripCount at most so many of them
     */
    record Text(
            List<Normalizer.Replace> replacements,
            boolean byteFallback,
            char stripped,
            int stripCount)
            implements Decoder {
        @Override
        public Stream start(boolean continuation) {
            return new Stream() {
                private final java.io.ByteArrayOutputStream run =
                        new java.io.ByteArrayOutputStream();
                private int toStrip = continuation ? 0 : stripCount;

                @Override
                public void push(String piece, StringBuilder out) {
                    int b = byteOf(piece);
                    if (b >= 0) {
                        run.write(b);
                        return;
                    }
                    flush(out);
                    emit(replace(piece), out);
                }

                @Override
                public void flush(StringBuilder out) {
                    if (run.size() > 0) {
                        emit(decodeRun(run.toByteArray()), out);
                        run.reset();
                    }
                }

                private void emit(String text, StringBuilder out) {
                    int from = 0;
                    while (toStrip > 0 && from < text.length() && text.charAt(from) == stripped) {
                        from++;
                        toStrip--;
                    }
                    if (from < text.length()) {
                        toStrip = 0;
                    }
                    out.append(text, from, text.length());
                }
            };
        }

        @Override
        public byte[] bytes(String piece) {
            int b = byteOf(piece);
            return b >= 0
                    ? new byte[] {(byte) b}
                    : replace(piece).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        }

        private String replace(String piece) {
            String text = piece;
            for (Normalizer.Replace replacement : replacements) {
                text = replacement.apply(text);
            }
            return text;
        }

        private int byteOf(String piece) {
            boolean isByte =
                    byteFallback
                            && piece.length() == 6
                            && piece.startsWith("<0x")
                            && piece.charAt(5) == '>'
                            && Character.digit(piece.charAt(3), 16) >= 0
                            && Character.digit(piece.charAt(4), 16) >= 0;
            return isByte ? Integer.parseInt(piece, 3, 5, 16) : -1;
        }

        private static String decodeRun(byte[] run) {
            try {
                return java.nio.charset.StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(java.nio.ByteBuffer.wrap(run))
                        .toString();
            } catch (java.nio.charset.CharacterCodingException e) {
                return "\uFFFD".repeat(run.length);
            }
        }
    }
}
