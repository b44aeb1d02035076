package apus.format.token;

import java.nio.charset.StandardCharsets;

/** Words reach the model as their UTF-8 bytes, written in {@link ByteAlphabet}. */
record ByteLevelWords(WordModel model) implements WordModel {
    @Override
    public void encode(String text, int from, int to, IntList out) {
        String word = write(text.substring(from, to));
        model.encode(word, 0, word.length(), out);
    }

    static String write(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        char[] chars = new char[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            chars[i] = ByteAlphabet.toChar(bytes[i]);
        }
        return new String(chars);
    }
}
