package apus.format.token;

import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * HuggingFace's own tokenizers library behind its JNI calls, without the classes around them, which
 * report their use over the network. Its Java strings must be well-formed UTF-16.
 */
final class NativeTokenizer implements AutoCloseable {
    private static final Optional<Throwable> PROBLEM = problem();

    private final long handle;

    /**
     * @param json a whole tokenizer.json
     */
    NativeTokenizer(String json) {
        handle = TokenizersLibrary.LIB.createTokenizerFromString(json);
        // A file may carry either; encoding here is that of a text as it is.
        TokenizersLibrary.LIB.disableTruncation(handle);
        TokenizersLibrary.LIB.disablePadding(handle);
    }

    /** Why the native library cannot be used on this machine. */
    static Optional<String> unavailable() {
        return PROBLEM.map(e -> "the native tokenizers library does not load: " + e);
    }

    private static Optional<Throwable> problem() {
        try {
            LibUtils.checkStatus();
            return Optional.empty();
        } catch (RuntimeException | LinkageError e) {
            return Optional.of(e);
        }
    }

    int[] encode(String text, boolean addSpecialTokens) {
        long encoding = TokenizersLibrary.LIB.encode(handle, text, addSpecialTokens);
        try {
            return LongStream.of(TokenizersLibrary.LIB.getTokenIds(encoding))
                    .mapToInt(Math::toIntExact)
                    .toArray();
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
        }
    }

    /** The parts of a text that its tokens stand for. */
    List<String> spans(String text) {
        long encoding = TokenizersLibrary.LIB.encode(handle, text, false);
        try {
            List<String> parts = new ArrayList<>();
            for (CharSpan span : TokenizersLibrary.LIB.getTokenCharSpans(encoding)) {
                // In code points.
                int from = text.offsetByCodePoints(0, span.getStart());
                parts.add(text.substring(from, text.offsetByCodePoints(0, span.getEnd())));
            }
            return parts;
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
        }
    }

    String decode(int[] ids, boolean skipSpecialTokens) {
        long[] wide = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            wide[i] = ids[i];
        }
        return TokenizersLibrary.LIB.decode(handle, wide, skipSpecialTokens);
    }

    @Override
    public void close() {
        TokenizersLibrary.LIB.deleteTokenizer(handle);
    }
}
