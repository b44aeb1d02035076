package apus.runtime.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import apus.format.token.Tokenizer;
import apus.format.token.Tokenizers;
import apus.runtime.Stops;
import apus.runtime.sample.Logprobs;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ChoiceTextTest {
    private static final Tokenizer LLAMA =
            Tokenizers.load(
                    Path.of(
                            System.getProperty("apus.testdata"),
                            "tokenizers/llama2/tokenizer.json"));

    @Test
    void aLineFeedByteTokenStopsAtOnce() {
        Stops stops = Stops.builder().strings(List.of("\n")).build();
        ChoiceText text = new ChoiceText(LLAMA, true, stops);
        int[] hello = LLAMA.encode("hello", false);
        for (int id : hello) {
            text.push(id, true, Logprobs.NONE, false, true);
        }
        assertEquals(" hello", text.takeText());
        text.push(LLAMA.id("<0x0A>").getAsInt(), true, Logprobs.NONE, false, true);
        assertEquals(Optional.of("\n"), text.matched());
        assertEquals("", text.takeText());
    }
}
