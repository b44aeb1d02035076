package apus.runtime.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

final class StopCheckerPropertyTest {
    // Few characters, so that strings overlap themselves and each other.
    private static final Arbitrary<String> PARTS = Arbitraries.of("a", "b", "ab", "é", "😀", "\n");

    @Provide
    Arbitrary<String> texts() {
        return PARTS.list().ofMaxSize(40).map(parts -> String.join("", parts));
    }

    @Provide
    Arbitrary<List<String>> stops() {
        return PARTS.list()
                .ofMinSize(1)
                .ofMaxSize(7)
                .map(parts -> String.join("", parts))
                .list()
                .ofMaxSize(4);
    }

    @Property(tries = 5000)
    void findsWhatIsCompleteFirstHoweverTheTextIsCut(
            @ForAll("texts") String text,
            @ForAll("stops") List<String> stops,
            @ForAll @IntRange(max = 12) int unarmed,
            @ForAll long seed) {
        PlainStops plain = new PlainStops(stops);
        StopChecker checker = new StopChecker(stops);
        Random random = new Random(seed);
        int from =
                text.offsetByCodePoints(
                        0, Math.min(unarmed, text.codePointCount(0, text.length())));
        int at = 0;
        while (at < text.length()) {
            int points = text.codePointCount(at, text.length());
            int end = text.offsetByCodePoints(at, 1 + random.nextInt(Math.min(points, 5)));
            checker.push(text.substring(at, end), from - at);
            at = end;
            String seen = text.substring(0, at);
            Optional<PlainStops.Match> wanted = plain.find(seen, from);
            if (wanted.isPresent()) {
                assertEquals(stops.indexOf(wanted.get().string()), checker.match().orElse(-1));
                assertEquals(wanted.get().start(), checker.matchStart());
                assertEquals(wanted.get().end(), checker.matchEnd());
                assertEquals(0, checker.held());
            } else {
                assertEquals(-1, checker.match().orElse(-1));
                assertEquals(plain.held(seen, from), checker.held());
            }
        }
    }

    @Property
    void aForkDoesNotTouchItsOrigin(
            @ForAll("texts") String text,
            @ForAll("texts") String other,
            @ForAll("stops") List<String> stops) {
        StopChecker checker = new StopChecker(stops);
        StopChecker alone = new StopChecker(stops);
        checker.push(text, 0);
        alone.push(text, 0);
        checker.fork().push(other, 0);
        assertEquals(alone.held(), checker.held());
        checker.push(text, 0);
        alone.push(text, 0);
        assertEquals(alone.match(), checker.match());
        assertEquals(alone.held(), checker.held());
    }
}
