package apus.format.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A single "word" of a megabyte, which no pre-tokenizer cuts, takes time in proportion. */
final class LongWordTest {
    private static final int MEBI = 1 << 20;

    static List<Path> packs() throws IOException {
        return GoldenTokenizerTest.packs();
    }

    @ParameterizedTest
    @MethodSource("packs")
    void aWordOfAMegabyteTakesTimeInProportion(Path pack) {
        Tokenizer tokenizer = Tokenizers.load(pack.resolve("tokenizer.json"));
        for (String unit :
                List.of("theinthere", "!?", "<|end\n", "\uD834\uDD1E\u4E05", "\u0301\u0323")) {
            String word = unit.repeat(MEBI / unit.length());
            tokenizer.encode(word.substring(0, MEBI / 16), false);
            long small = nanos(tokenizer, word.substring(0, MEBI / 4));
            long large = nanos(tokenizer, word);
            // Sixteen times, and more, if it were quadratic; the floor is for a slow machine.
            assertTrue(
                    large < Math.max(8 * small, 5_000_000_000L),
                    unit + ": " + small / 1_000_000 + " ms, then " + large / 1_000_000 + " ms");
        }
        String word = "ab".repeat(MEBI / 2);
        assertEquals(word, tokenizer.decode(tokenizer.encode(word, false), false));
    }

    private static long nanos(Tokenizer tokenizer, String text) {
        // Of this thread alone: other work on the machine does not count.
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long start = threads.getCurrentThreadCpuTime();
        tokenizer.encode(text, false);
        return threads.getCurrentThreadCpuTime() - start;
    }
}
