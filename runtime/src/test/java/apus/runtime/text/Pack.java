package apus.runtime.text;

import apus.format.token.Tokenizer;
import apus.format.token.Tokenizers;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntPredicate;

/** A real tokenizer, and its tokens that stand for one byte each. */
final class Pack {
    /** All pieces are bytes. */
    static final Pack GPT2 = new Pack("gpt2");

    /** Pieces are characters, with bytes to fall back on. */
    static final Pack LLAMA2 = new Pack("llama2");

    static final List<Pack> ALL = List.of(GPT2, LLAMA2);

    final Tokenizer tokenizer;
    private final String name;
    private final int[] byteTokens = new int[256];

    private Pack(String name) {
        this.name = name;
        tokenizer =
                Tokenizers.load(
                        Path.of(
                                System.getProperty("apus.testdata"),
                                "tokenizers",
                                name,
                                "tokenizer.json"));
        // Letters are pieces of Llama's too, beside their bytes: not those.
        IntPredicate isByte =
                name.equals("llama2")
                        ? id -> tokenizer.piece(id).matches("<0x[0-9A-F]{2}>")
                        : id -> tokenizer.bytes(id).length == 1 && !tokenizer.isSpecial(id);
        for (int id = 0; id < tokenizer.vocabSize(); id++) {
            if (isByte.test(id)) {
                byteTokens[tokenizer.bytes(id)[0] & 0xFF] = id;
            }
        }
    }

    int[] byteTokens(List<Integer> bytes) {
        return bytes.stream().mapToInt(b -> byteTokens[b]).toArray();
    }

    @Override
    public String toString() {
        return name;
    }
}
