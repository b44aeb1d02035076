package apus.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

final class TimelineTest {
    private static final long MILLI = 1_000_000;

    @Test
    void oneRequestIsTimedFromItsFirstTokenToItsLast() {
        long[] times = {110 * MILLI, 120 * MILLI, 130 * MILLI, 140 * MILLI};

        Speed speed = Timeline.speed(10 * MILLI, List.of(times), new Load(50, 4, 1));

        assertEquals(100, speed.firstTokenMillis());
        assertEquals(500, speed.prefillTokensPerSecond());
        assertEquals(100, speed.decodeTokensPerSecond(), 1e-9);
        assertEquals(52, speed.meanContext());
    }

    @Test
    void severalAreTimedOnlyWhileAllGenerate() {
        long[] early = {10 * MILLI, 20 * MILLI, 30 * MILLI, 40 * MILLI, 50 * MILLI};
        long[] late = {30 * MILLI, 40 * MILLI, 50 * MILLI, 60 * MILLI};

        Speed speed = Timeline.speed(0, List.of(early, late), new Load(8, 3, 2));

        // From 30 to 50 ms each gave two tokens.
        assertEquals(200, speed.decodeTokensPerSecond(), 1e-9);
        assertEquals(20, speed.firstTokenMillis());
        assertEquals(16 / 0.030, speed.prefillTokensPerSecond(), 1e-9);
    }

    @Test
    void medianOfEvenAndOddNumbers() {
        assertEquals(2, Median.of(3, 1, 2));
        assertEquals(2.5, Median.of(4, 1, 2, 3));
    }

    @Test
    void readersStopOnlyWhenAllHaveTheirMeasure() {
        Progress progress = new Progress(new Load(1, 3, 2));

        assertEquals(false, progress.enough(0, 1));
        assertEquals(false, progress.enough(0, 2));
        // The second begins: now both are counted, the first from its next token on.
        assertEquals(false, progress.enough(1, 1));
        assertEquals(false, progress.enough(0, 3));
        assertEquals(false, progress.enough(0, 4));
        assertEquals(false, progress.enough(0, 5));
        assertEquals(false, progress.enough(0, 6));
        assertEquals(false, progress.enough(1, 2));
        assertEquals(true, progress.enough(1, 3));
        assertEquals(true, progress.enough(0, 7));
    }
}
