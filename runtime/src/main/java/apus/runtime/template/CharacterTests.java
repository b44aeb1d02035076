package apus.runtime.template;

import java.util.function.IntPredicate;

/** The methods of text that ask for the kind of its characters. */
final class CharacterTests {
    private CharacterTests() {}

    static void define() {
        all("isalpha", Character::isLetter);
        all("isdecimal", Character::isDigit);
        all("isdigit", c -> Character.isDigit(c) || isRaisedOrLowered(c));
        all("isnumeric", CharacterTests::isNumeric);
        all("isalnum", c -> Character.isLetter(c) || isNumeric(c));
        all("isspace", Chars::isSpace);
        StringMethods.define("isascii", 0, "", (_, s, _) -> s.chars().allMatch(c -> c < 128));
        StringMethods.define(
                "isprintable", 0, "", (_, s, _) -> s.codePoints().allMatch(Chars::isPrintable));
        StringMethods.define("isupper", 0, "", (_, s, _) -> Case.isUpper(s));
        StringMethods.define("islower", 0, "", (_, s, _) -> Case.isLower(s));
        StringMethods.define("istitle", 0, "", (_, s, _) -> Case.isTitle(s));
        StringMethods.define(
                "isidentifier",
                0,
                "",
                (_, s, _) ->
                        !s.isEmpty()
                                && (s.charAt(0) == '_'
                                        || Character.isUnicodeIdentifierStart(s.codePointAt(0)))
                                && s.codePoints().allMatch(Character::isUnicodeIdentifierPart));
    }

    private static void all(String name, IntPredicate predicate) {
        StringMethods.define(
                name,
                0,
                "",
                (run, s, _) -> {
                    run.steps(s.length() >> 6);
                    return !s.isEmpty() && s.codePoints().allMatch(predicate);
                });
    }

    private static boolean isRaisedOrLowered(int c) {
        return c == 0xb2
                || c == 0xb3
                || c == 0xb9
                || c == 0x2070
                || (c >= 0x2074 && c <= 0x2079)
                || (c >= 0x2080 && c <= 0x2089);
    }

    private static boolean isNumeric(int c) {
        int type = Character.getType(c);
        return type == Character.DECIMAL_DIGIT_NUMBER
                || type == Character.LETTER_NUMBER
                || type == Character.OTHER_NUMBER;
    }
}
