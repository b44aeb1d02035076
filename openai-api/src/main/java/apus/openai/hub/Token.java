package apus.openai.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** An access token. Its text leaves this class as a header only. */
public final class Token {
    private static final Pattern VISIBLE = Pattern.compile("[\\x21-\\x7e]{1,1000}");
    private static final int MAX_FILE_BYTES = 10_000;

    private final String text;
    private final String origin;
    private final boolean chosen;

    private Token(String text, String origin, boolean chosen) {
        this.text = text;
        this.origin = origin;
        this.chosen = chosen;
    }

    /**
     * @param origin where the user gave it, {@code HF_TOKEN}
     * @throws HubException if it cannot be a token
     */
    public static Token of(String text, String origin) {
        return new Token(check(text, origin), origin, true);
    }

    /**
     * The one that a log-in of the HuggingFace tools left behind.
     *
     * @throws HubException if the file is there but no token is in it
     */
    public static Optional<Token> in(Path file) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file)) {
            String text = new String(in.readNBytes(MAX_FILE_BYTES), StandardCharsets.UTF_8).strip();
            return text.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Token(check(text, file.toString()), file.toString(), false));
        } catch (IOException e) {
            throw new HubException(file + ": the token cannot be read: " + e.getMessage(), e);
        }
    }

    private static String check(String text, String origin) {
        if (!VISIBLE.matcher(text).matches()) {
            throw new HubException(
                    origin + ": a token has 1 to 1000 visible ASCII characters, without spaces");
        }
        return text;
    }

    /** Value of an Authorization header. */
    String header() {
        return "Bearer " + text;
    }

    /** Where it came from; safe to print. */
    String origin() {
        return origin;
    }

    /** Whether the user named it for this program, rather than having it lying about. */
    boolean chosen() {
        return chosen;
    }

    @Override
    public String toString() {
        return "token from " + origin;
    }
}
