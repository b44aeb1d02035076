package apus.openai.hub;

import java.util.Optional;
import java.util.regex.Pattern;

/** A branch, a tag, a pull request ({@code refs/pr/1}) or a commit. Safe as a relative path. */
public record Revision(String text) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._/-]{0,199}");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");

    /** What is meant if nothing is said. Below the patterns, which its check needs. */
    public static final Revision MAIN = new Revision("main");

    public Revision {
        if (!valid(text)) {
            throw new IllegalArgumentException(text);
        }
    }

    /** Nothing if the text cannot be the name of a revision. */
    public static Optional<Revision> parse(String text) {
        return valid(text) ? Optional.of(new Revision(text)) : Optional.empty();
    }

    private static boolean valid(String text) {
        return NAME.matcher(text).matches()
                && !text.contains("..")
                && !text.contains("//")
                && !text.contains("/.")
                && !text.endsWith("/");
    }

    /** Whether it names one state forever. */
    public boolean isCommit() {
        return isCommit(text);
    }

    static boolean isCommit(String text) {
        return COMMIT.matcher(text).matches();
    }

    @Override
    public String toString() {
        return text;
    }
}
