package apus.openai.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ProcessAgeTest {
    @Test
    void startTimeIsCountedFromBoot() {
        String stat =
                "4711 (a b) c) S 1 2 3 4 -1 4194560 1 0 0 0 5 6 0 0 20 0 18 0 123456 987 654 321";
        assertEquals(Duration.ofMillis(1440), ProcessAge.ofLinux(stat, "1236.00 2000.00\n"));
    }

    @Test
    void thisProcessHasRunForAWhile() {
        assertTrue(ProcessAge.now().isPositive());
    }
}
