package apus.format.token;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/** The packs, on any text and any ids, against the library they come from. */
@AddLifecycleHook(NeedsNativeTokenizer.class)
final class NativeOraclePropertyTest {

    /** Opened once; the handles live as long as the JVM. */
    private static final class Packs {
        static final Map<String, OraclePair> ALL = new TreeMap<>();

        static {
            try {
                for (Path pack : GoldenTokenizerTest.packs()) {
                    Path file = pack.resolve("tokenizer.json");
                    ALL.put(
                            pack.getFileName().toString(),
                            new OraclePair(
                                    Tokenizers.load(file),
                                    new NativeTokenizer(Files.readString(file))));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Provide
    Arbitrary<String> texts() {
        return AnyText.of(
                List.of(
                        "<s>",
                        "</s>",
                        "<unk>",
                        "<|endoftext|>",
                        "<|im_start|>",
                        "<|im_end|>",
                        "<|end|>",
                        "<|user|>",
                        "<|eot_id|>",
                        "<|begin_of_text|>",
                        "[INST]",
                        "[/INST]",
                        "<start_of_turn>",
                        "<eos>",
                        "<extra_id_0>",
                        "<think>",
                        "<tool_call>",
                        "\u2581\u2581"));
    }

    @Property(tries = 1000)
    void encodesAndDecodesAnyText(@ForAll("texts") String text) {
        Packs.ALL.forEach((name, pair) -> {
            pair.assertEncodesAlike(text, name);
        });
    }

    @Property(tries = 500)
    void decodesAnyIds(@ForAll Random random) {
        Packs.ALL.forEach((name, pair) -> {
            // Some ids have no piece.
            int[] ids = random.ints(random.nextInt(30), 0, pair.ours().vocabSize() + 5).toArray();
            pair.assertDecodesAlike(ids, name);
        });
    }
}
