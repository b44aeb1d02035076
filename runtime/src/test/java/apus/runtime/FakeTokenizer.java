package apus.runtime;

import apus.format.token.StreamDecoder;
import apus.format.token.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.OptionalInt;

/** Token i is the letter 'a' + i; ids from {@code letters} on are special. */
record FakeTokenizer(int letters, int vocabSize) implements Tokenizer {
    @Override
    public int[] encode(String text, boolean addSpecialTokens) {
        return text.chars().map(c -> c - 'a').toArray();
    }

    @Override
    public int[] encode(String text, boolean addSpecialTokens, BitSet literal) {
        return encode(text, addSpecialTokens);
    }

    @Override
    public String decode(int[] ids, boolean skipSpecialTokens) {
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            if (!skipSpecialTokens || !isSpecial(id)) {
                text.append(piece(id));
            }
        }
        return text.toString();
    }

    @Override
    public StreamDecoder decoder(boolean skipSpecialTokens) {
        return new StreamDecoder() {
            @Override
            public String push(int id) {
                return decode(new int[] {id}, skipSpecialTokens);
            }

            @Override
            public String flush() {
                return "";
            }
        };
    }

    @Override
    public StreamDecoder continuation(boolean skipSpecialTokens) {
        return decoder(skipSpecialTokens);
    }

    @Override
    public String piece(int id) {
        return isSpecial(id) ? "<" + id + ">" : String.valueOf((char) ('a' + id));
    }

    @Override
    public byte[] bytes(int id) {
        return piece(id).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public boolean isSpecial(int id) {
        return id >= letters;
    }

    @Override
    public OptionalInt id(String piece) {
        return piece.length() == 1 ? OptionalInt.of(piece.charAt(0) - 'a') : OptionalInt.empty();
    }
}
