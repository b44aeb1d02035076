package apus.format.token;

import apus.format.Json;
import java.nio.file.Path;

/** Reads tokenizers from files. */
public final class Tokenizers {
    /** Largest tokenizer.json that is read; real ones reach some 35 MB. */
    public static final long MAX_BYTES = 200_000_000;

    private Tokenizers() {}

    /**
     * Reads a tokenizer.json.
     *
     * @throws apus.format.ModelFormatException if it is missing, damaged or contradicts itself
     * @throws apus.format.UnsupportedModelException if it has a part that is not known; the message
     *     names it
     */
    public static Tokenizer load(Path file) {
        return new TokenizerReader(Json.readObject(file, MAX_BYTES)).read();
    }
}
