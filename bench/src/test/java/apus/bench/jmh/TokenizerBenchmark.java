package apus.bench.jmh;

import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import apus.format.token.Tokenizer;
import apus.format.token.Tokenizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Encoding by one thread, of ours and of HuggingFace's native library behind its barest JNI calls:
 * text in, ids out. The packs are a byte-level BPE (llama3), one with byte fallback that no
 * pre-tokenizer cuts (llama2), and a unigram model. Many texts take turns, as no server encodes one
 * over and over.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "--enable-native-access=ALL-UNNAMED",
            "-DRUST_FLAVOR=cpu",
            "-Dai.djl.offline=true",
            "-DOPT_OUT_TRACKING=true"
        })
public class TokenizerBenchmark {
    private static final int CHARACTERS = 2_000_000;

    @Param({"apus", "native"})
    private String library;

    @Param({"llama3", "llama2", "unigram"})
    private String pack;

    @Param({"english", "code", "mixed"})
    private String kind;

    @Param({"1000", "100000"})
    private int length;

    private String[] texts;
    private int next;
    private Tokenizer apus;
    private long handle;

    /** Rates per second; JMH divides by the time. */
    @AuxCounters
    @State(Scope.Thread)
    public static class Rates {
        private double characters;

        /** JMH resets public fields only. */
        @Setup(Level.Iteration)
        public void reset() {
            characters = 0;
        }

        /** Millions of chars. */
        public double megaChars() {
            return characters / 1e6;
        }
    }

    @Setup
    public void open() throws IOException {
        texts = new String[CHARACTERS / length];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = Texts.of(kind, length, i);
        }
        Path file =
                Path.of(System.getProperty("apus.testdata"), "tokenizers", pack, "tokenizer.json");
        if (library.equals("apus")) {
            apus = Tokenizers.load(file);
        } else {
            LibUtils.checkStatus();
            handle = TokenizersLibrary.LIB.createTokenizerFromString(Files.readString(file));
        }
    }

    @TearDown
    public void close() {
        if (handle != 0) {
            TokenizersLibrary.LIB.deleteTokenizer(handle);
        }
    }

    @Benchmark
    public Object encode(Rates rates) {
        String text = texts[next++ % texts.length];
        rates.characters += text.length();
        if (apus != null) {
            return apus.encode(text, true);
        }
        long encoding = TokenizersLibrary.LIB.encode(handle, text, true);
        long[] ids = TokenizersLibrary.LIB.getTokenIds(encoding);
        TokenizersLibrary.LIB.deleteEncoding(encoding);
        return ids;
    }
}
