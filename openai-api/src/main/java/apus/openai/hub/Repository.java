package apus.openai.hub;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model repository, ORG/NAME. Both parts are plain enough to go into a path and an address as
 * they are.
 */
public record Repository(String organisation, String name) {
    private static final String PART = "([A-Za-z0-9][A-Za-z0-9._-]{0,95})";
    private static final Pattern ID = Pattern.compile(PART + "/" + PART);

    public Repository {
        if (!ID.matcher(organisation + "/" + name).matches()) {
            throw new IllegalArgumentException(organisation + "/" + name);
        }
    }

    /** Nothing if the text is not of the form ORG/NAME. */
    public static Optional<Repository> parse(String text) {
        Matcher matcher = ID.matcher(text);
        return matcher.matches()
                ? Optional.of(new Repository(matcher.group(1), matcher.group(2)))
                : Optional.empty();
    }

    /** ORG/NAME. */
    public String id() {
        return organisation + "/" + name;
    }

    /** Its folder in a cache. */
    String folder() {
        return "models--" + organisation + "--" + name;
    }

    @Override
    public String toString() {
        return id();
    }
}
