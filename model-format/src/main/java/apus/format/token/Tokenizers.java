package apus.format.token;

import java.nio.file.Path;

/** Reads tokenizers. */
public final class Tokenizers {
    private Tokenizers() {}

    /** Reads a tokenizer.json. */
    public static Tokenizer load(Path file) {
        throw new apus.format.UnsupportedModelException(file + ": no tokenizer yet");
    }
}
