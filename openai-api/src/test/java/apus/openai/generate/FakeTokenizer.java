package apus.openai.generate;

import apus.format.token.StreamDecoder;
import apus.format.token.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;

/**
 * One token for each byte of UTF-8, id = byte; 256 on are special tokens, of which 256 is the BOS
 * that is added on request.
 */
final class FakeTokenizer implements Tokenizer {
    static final int BOS = 256;

    private final List<String> special;

    FakeTokenizer(String... special) {
        this.special = List.of(special);
    }

    @Override
    public int[] encode(String text, boolean addSpecialTokens) {
        List<Integer> ids = new ArrayList<>();
        if (addSpecialTokens) {
            ids.add(BOS);
        }
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            ids.add(b & 0xFF);
        }
        return ids.stream().mapToInt(i -> i).toArray();
    }

    @Override
    public int[] encode(String text, boolean addSpecialTokens, BitSet literal) {
        return encode(text, addSpecialTokens);
    }

    @Override
    public String decode(int[] ids, boolean skipSpecialTokens) {
        java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        for (int id : ids) {
            if (!skipSpecialTokens || !isSpecial(id)) {
                bytes.writeBytes(bytes(id));
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public StreamDecoder decoder(boolean skipSpecialTokens) {
        throw new UnsupportedOperationException();
    }

    @Override
    public StreamDecoder continuation(boolean skipSpecialTokens) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int vocabSize() {
        return 256 + special.size();
    }

    @Override
    public String piece(int id) {
        return isSpecial(id) ? special.get(id - 256) : "<" + id + ">";
    }

    @Override
    public byte[] bytes(int id) {
        return isSpecial(id)
                ? special.get(id - 256).getBytes(StandardCharsets.UTF_8)
                : new byte[] {(byte) id};
    }

    @Override
    public boolean isSpecial(int id) {
        return id >= 256;
    }

    @Override
    public OptionalInt id(String piece) {
        int at = special.indexOf(piece);
        return at < 0 ? OptionalInt.empty() : OptionalInt.of(256 + at);
    }
}
