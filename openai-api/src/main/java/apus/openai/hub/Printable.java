package apus.openai.hub;

import java.util.regex.Pattern;

/** Text of a stranger, made fit for a terminal: no escapes, not endless. */
final class Printable {
    private static final Pattern UNPRINTABLE = Pattern.compile("[^\\x20-\\x7e]");
    private static final int MAX_LENGTH = 200;

    private Printable() {}

    /** Question marks for anything but visible ASCII, and a limit. */
    static String text(String text) {
        boolean whole = text.length() <= MAX_LENGTH;
        String shown =
                UNPRINTABLE.matcher(whole ? text : text.substring(0, MAX_LENGTH)).replaceAll("?");
        return whole ? shown : shown + "...";
    }

    /** The same in quotes. */
    static String quoted(String text) {
        return "'" + text(text) + "'";
    }
}
