package apus.format.token;

import java.nio.charset.StandardCharsets;

/**
 * Pieces are bytes written in {@link ByteAlphabet}; a piece with any other character stands for
 * itself.
 */
record ByteLevelDecoder() implements Decoder {
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
                return piece.getBytes(StandardCharsets.UTF_8);
            }
            bytes[i] = (byte) b;
        }
        return bytes;
    }
}
