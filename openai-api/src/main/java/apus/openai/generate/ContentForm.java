package apus.openai.generate;

import java.util.regex.Pattern;

/** In which form a chat template wants the content of messages. */
enum ContentForm {
    /** Strings only. */
    STRINGS,
    /** Strings and lists of parts. */
    BOTH,
    /** Lists of parts only. */
    PARTS;

    /** A loop over a message's content, directly or by a variable of that name. */
    private static final Pattern LOOP =
            Pattern.compile(
                    "\\{%-?\\s*for\\s+\\w+\\s+in\\s+"
                            + "(?:\\w+\\.content|\\w+\\[\\s*['\"]content['\"]\\s*\\]|content)\\b?");

    private static final Pattern STRING_TEST = Pattern.compile("\\bis\\s+(?:not\\s+)?string\\b");

    /** By the look of its source. */
    static ContentForm of(String template) {
        if (!LOOP.matcher(template).find()) {
            return STRINGS;
        }
        return STRING_TEST.matcher(template).find() ? BOTH : PARTS;
    }
}
