package apus.openai.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A chat template as users give it: a file, or Jinja text on one line. */
final class ChatTemplateSource {
    private static final int MAX_BYTES = 4_000_000;

    private static final Pattern ESCAPE = Pattern.compile("\\\\[nrt\\\\]");

    private ChatTemplateSource() {}

    static String read(Value value) {
        String text = value.text();
        Optional<Path> file = file(value);
        if (file.isPresent()) {
            return text(value, file.get());
        }
        if (!text.contains("{{") && !text.contains("{%")) {
            throw value.wrong("a template file that exists, or the text of a Jinja template");
        }
        return text.indexOf('\n') >= 0 ? text : lines(text);
    }

    private static String text(Value value, Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw value.wrong("a template of at most " + MAX_BYTES + " bytes");
            }
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new ConfigurationException(
                    value.origin() + ": " + file + ": is not UTF-8 text", e);
        } catch (IOException e) {
            throw new ConfigurationException(
                    value.origin() + ": " + file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static Optional<Path> file(Value value) {
        try {
            return Optional.of(value.path()).filter(Files::isRegularFile);
        } catch (ConfigurationException e) {
            return Optional.empty();
        }
    }

    /**
     * Environment variables hold templates on one line, with \n for the breaks. A doubled backslash
     * is left as it is.
     */
    private static String lines(String text) {
        return ESCAPE.matcher(text)
                .replaceAll(match ->
                        Matcher.quoteReplacement(
                                switch (match.group()) {
                                    case "\\n" -> "\n";
                                    case "\\r" -> "\r";
                                    case "\\t" -> "\t";
                                    default -> match.group();
                                }));
    }
}
