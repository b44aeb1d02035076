package apus.runtime.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class StopCheckerTest {
    @Test
    void theStringThatIsCompleteFirstWinsWhereverItStarts() {
        StopChecker checker = new StopChecker(List.of("abcd", "bc"));
        assertTrue(checker.push("xabcd", 0));
        assertEquals(1, checker.match().getAsInt());
        assertEquals(2, checker.matchStart());
        assertEquals(4, checker.matchEnd());
    }

    @Test
    void ofStringsThatEndTogetherTheFirstInTheListWins() {
        StopChecker checker = new StopChecker(List.of("c", "bc"));
        checker.push("abc", 0);
        assertEquals(2, checker.matchStart());
        checker = new StopChecker(List.of("bc", "c"));
        checker.push("abc", 0);
        assertEquals(1, checker.matchStart());
    }

    @Test
    void halfAPairIsNotFoundInACharacter() {
        StopChecker checker = new StopChecker(List.of("\uDE00", "\uD83D"));
        assertFalse(checker.push("a😀b", 0));
        assertEquals(0, checker.held());
    }

    @Test
    void hostileStringsTakeLinearTimeAndNoMemoryAhead() {
        String almost = "a".repeat(1_000_000) + "b";
        List<String> stops = IntStream.range(0, 64).mapToObj(i -> almost + i).toList();
        assertTimeout(
                Duration.ofSeconds(20),
                () -> {
                    StopChecker checker = new StopChecker(stops);
                    for (int i = 0; i < 10_000; i++) {
                        assertFalse(checker.push("aaaaac", 0));
                        assertEquals(0, checker.held());
                    }
                });
    }
}
