package apus.openai.config;

import apus.format.Json;
import apus.format.ModelFormatException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A chat template as users give it: a file, or Jinja text on one line. */
final class ChatTemplateSource {
    private static final long MAX_BYTES = 4_000_000;

    private static final Pattern ESCAPE = Pattern.compile("\\\\[nrt\\\\]");

    private ChatTemplateSource() {}

    static String read(Value value) {
        String text = value.text();
        Optional<Path> file = file(value);
        if (file.isPresent()) {
            try {
                return Json.readText(file.get(), MAX_BYTES);
            } catch (ModelFormatException e) {
                throw new ConfigurationException(value.origin() + ": " + e.getMessage(), e);
            }
        }
        if (!text.contains("{{") && !text.contains("{%")) {
            throw value.wrong("a template file that exists, or the text of a Jinja template");
        }
        return text.indexOf('\n') >= 0 ? text : lines(text);
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
