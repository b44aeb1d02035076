package apus.openai.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * A response whose body is still to be read. Closing it without having read all gives the
 * connection up.
 *
 * @param uri who answered, after redirects
 */
record Answer(URI uri, int status, HttpHeaders headers, InputStream body) implements AutoCloseable {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    boolean redirects() {
        return switch (status) {
            case 301, 302, 303, 307, 308 -> true;
            default -> false;
        };
    }

    Optional<String> header(String name) {
        return headers.firstValue(name);
    }

    /** A header that counts something; nothing if it is missing or no number. */
    OptionalLong number(String name) {
        return header(name)
                .map(String::strip)
                .filter(NUMBER.asMatchPredicate())
                .map(text -> OptionalLong.of(Long.parseLong(text)))
                .orElse(OptionalLong.empty());
    }

    /** A header's text as it may be shown in a terminal: a server could send escapes. */
    Optional<String> shown(String name) {
        return header(name).map(Printable::text);
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
