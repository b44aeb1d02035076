package apus.format.regex;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.format.UnsupportedModelException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Patterns that are refused, and hostile ones. */
final class RegexTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "(a*)*b ~ a repetition without end of what may be empty at character 5",
                "(|a)+ ~ a repetition without end of what may be empty",
                "(a*|b){1,3}c ~ a repetition of what may be empty",
                "a* ~ a match of nothing",
                "a|(?!b) ~ a match of nothing",
                "(?<=a)b ~ a group (?<= at character 0",
                "(?<name>a) ~ a group (?<n at character 0",
                "(?>ab) ~ a group (?>a",
                "(?=ab)a ~ a look-ahead of more than one character",
                "(ab)++ ~ a possessive repetition of more than one character",
                "a{2}? ~ a quantifier after {}",
                "a{2}+ ~ a quantifier after {}",
                "a{3,2} ~ a count {3,2}",
                "a{5000} ~ a count {5000}",
                "a{x} ~ a { that is no count",
                "^a ~ a ^ at character 0",
                "*a ~ a * at character 0",
                "\\ba ~ an escape \\b at character 0",
                "(a)\\1 ~ an escape \\1 at character 3",
                "\\p{Nonsense} ~ the property Nonsense",
                "\\p{L ~ a property without {}",
                "\\xE4 ~ a character by number",
                "\\x{110000} ~ a character by number",
                "[a ~ a set without its ]",
                "[] ~ an empty set",
                "[b-a] ~ a range",
                "[[:alpha:]] ~ a set [:",
                "(a ~ a group without its )",
                "a) ~ an unmatched )",
                "a\\ ~ a \\ at the end",
                "(?i:mass) ~ (?i) with ss, which is one character in other cases",
                "(?i:s+) ~ (?i) with ss",
                "(?i:\u00E4) ~ (?i) with a character beyond ASCII",
                "(?i:[a-f]) ~ a range",
                "(a|b)*a(a|b){15} ~ more than 2000 states",
                "((a{100}){100}){100} ~ more than 10000 steps",
            })
    void whatIsNotSupportedIsNamed(String pattern, String problem) {
        String message =
                assertThrows(
                                UnsupportedModelException.class,
                                () -> Regex.compile("tokenizer.json: pre_tokenizer", pattern))
                        .getMessage();
        assertTrue(
                message.startsWith("tokenizer.json: pre_tokenizer: the pattern " + pattern),
                message);
        assertTrue(message.contains(problem), message);
    }

    @Test
    void deepNestingIsRefusedBeforeItFillsTheStack() {
        for (String open : new String[] {"(", "(?:", "[", "(?!"}) {
            assertThrows(
                    UnsupportedModelException.class,
                    () -> Regex.compile("here", open.repeat(3000) + "a"));
        }
        assertThrows(
                UnsupportedModelException.class, () -> Regex.compile("here", "a".repeat(20_000)));
    }

    // Each takes a backtracking engine time that doubles with every character of the text.
    @ParameterizedTest
    @ValueSource(strings = {"(a+)+b", "(a|aa)+b", "(a|a)+b", "(a|aa){20}a{15}b", "(.+)+b"})
    void whatMakesBacktrackingExplodeEndsInTime(String pattern) {
        Regex regex = Regex.compile("here", pattern);
        String text = "a".repeat(40) + "b";
        assertTimeout(
                Duration.ofSeconds(20),
                () -> {
                    Regex.Search search = regex.search(text, 0, 41);
                    assertTrue(search.find());
                    assertEquals(41, search.end());
                    assertFalse(regex.search(text, 0, 40).find());
                });
    }

    @Test
    void aPatternThatLooksAtATextOverAndOverIsStopped() {
        Regex regex = Regex.compile("tokenizer.json: pre_tokenizer", "a*b");
        assertTimeout(
                Duration.ofSeconds(20),
                () -> {
                    String message =
                            assertThrows(
                                            UnsupportedModelException.class,
                                            () ->
                                                    regex.search("a".repeat(1 << 20), 0, 1 << 20)
                                                            .find())
                                    .getMessage();
                    assertEquals(
                            "tokenizer.json: pre_tokenizer: the pattern a*b looks at a text more than"
                                    + " 64 times",
                            message);
                });
        assertEquals("xx", regex.replaceAll("aaabb", "x"));
    }
}
