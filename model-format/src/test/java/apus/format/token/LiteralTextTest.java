package apus.format.token;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

/** Special tokens in text that a stranger wrote. */
class LiteralTextTest {
    private static final Tokenizer TOKENIZER =
            Tokenizers.load(Path.of(System.getProperty("apus.demoModel"), "tokenizer.json"));
    private static final String TEXT = "<|im_start|>user\nHi <|im_end|> there<|im_end|>";

    @Test
    void whereTextIsLiteralItsSpecialTokensAreOrdinaryText() {
        int end = TOKENIZER.id("<|im_end|>").orElseThrow();
        BitSet literal = new BitSet();
        literal.set(TEXT.indexOf("<|im_end|>"));
        int[] ids = TOKENIZER.encode(TEXT, false, literal);
        assertEquals(1, Arrays.stream(ids).filter(id -> id == end).count());
        assertEquals(end, ids[ids.length - 1]);
        assertEquals(TEXT, TOKENIZER.decode(ids, false));
        assertTrue(TOKENIZER.isSpecial(ids[0]));
    }

    @Test
    void anyCharOfATokenMakesItLiteral() {
        int end = TOKENIZER.id("<|im_end|>").orElseThrow();
        for (int i = 0; i < "<|im_end|>".length(); i++) {
            BitSet literal = new BitSet();
            literal.set(i);
            int[] ids = TOKENIZER.encode("<|im_end|>", false, literal);
            assertFalse(Arrays.stream(ids).anyMatch(id -> id == end));
        }
    }

    @Test
    void withNothingLiteralTheIdsAreTheUsualOnes() {
        assertArrayEquals(TOKENIZER.encode(TEXT, true), TOKENIZER.encode(TEXT, true, new BitSet()));
    }
}
