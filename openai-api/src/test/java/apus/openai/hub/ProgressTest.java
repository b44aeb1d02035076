package apus.openai.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ProgressTest {
    private static final Duration NEVER = Duration.ofDays(1);

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    private final AtomicLong nanos = new AtomicLong();

    private String shown() {
        String text = bytes.toString(StandardCharsets.UTF_8);
        bytes.reset();
        return text;
    }

    private void after(double seconds) {
        nanos.addAndGet((long) (seconds * 1e9));
    }

    @Test
    void barsShowEachFileAndAllOfThem() {
        ProgressBars bars = new ProgressBars(out, nanos::get, NEVER);
        bars.start("org/name at main", 2, 4 << 20);
        bars.file("config.json", 1 << 20);
        bars.file("model.safetensors", 3 << 20);
        bars.draw();
        shown();
        after(1);
        bars.advance("config.json", 1 << 19);
        bars.advance("model.safetensors", 3 << 19);

        bars.draw();

        String up = "\033[1A\r\033[2K";
        assertEquals(
                up.repeat(3)
                        + """
                          config.json                      [#######.......]  50% 1.0 MiB
                          model.safetensors                [#######.......]  50% 3.0 MiB
                          0 of 2 files                     [#######.......]  50% 2.0 MiB/s, 0:01
                        """,
                shown());

        bars.done("config.json");

        assertEquals(
                up.repeat(3)
                        + """
                          config.json                         1.0 MiB  done
                          model.safetensors                [#######.......]  50% 3.0 MiB
                          1 of 2 files                     [########......]  62% 2.5 MiB/s, 0:00
                        """,
                shown());
        bars.end();
    }

    @Test
    void barsFitIntoALineWhateverTheName() {
        ProgressBars bars = new ProgressBars(out, nanos::get, NEVER);
        bars.start("org/name", 1, 1L << 50);
        bars.file("model-00001-of-00003-with-a-name-that-does-not-end.safetensors", 1L << 50);
        bars.draw();
        after(1);
        bars.advance("model-00001-of-00003-with-a-name-that-does-not-end.safetensors", 1L << 20);
        shown();

        bars.draw();

        List<String> lines = shown().replaceAll("\033\\[[0-9]?[AK]|\r", "").lines().toList();
        assertEquals(2, lines.size());
        lines.forEach(line -> assertTrue(line.length() <= 79, line));
        assertTrue(lines.getFirst().contains("...that-does-not-end.safetensors"), lines.getFirst());
        bars.end();
    }

    @Test
    void barsThatNeverStartedShowNothingButNotes() {
        ProgressBars bars = new ProgressBars(out, nanos::get, NEVER);
        bars.file("model.safetensors.index.json", 10);
        bars.advance("model.safetensors.index.json", 10);
        bars.done("model.safetensors.index.json");
        bars.note("a word");
        bars.end();

        assertEquals("apus: a word\n", shown());
    }

    @Test
    void linesAreFewAndPlain() {
        ProgressLines lines = new ProgressLines(out, nanos::get);
        // The index of the weights is fetched before it is known how much there is.
        lines.file("model.safetensors.index.json", 100);
        lines.advance("model.safetensors.index.json", 100);
        lines.done("model.safetensors.index.json");
        lines.start("org/name at main", 2, 4 << 20);
        lines.file("config.json", 1 << 20);
        lines.file("model.safetensors", 3 << 20);
        for (int i = 1; i <= 100; i++) {
            after(0.15);
            lines.advance("model.safetensors", i * 10_000L);
        }
        lines.done("config.json");
        lines.note("a word");
        lines.end();

        assertEquals(
                """
                apus: fetches 2 files, 4.0 MiB: org/name at main
                apus: 654.3 KiB of 4.0 MiB, 65.1 KiB/s, 0:52 left
                apus: config.json, 1.0 MiB (1 of 2)
                apus: a word
                """,
                shown());
    }

    @Test
    void restartedFileGoesBackAndNoRateIsMadeUp() {
        Meter meter = new Meter();
        meter.start(1, 1000);
        meter.file("f", 1000);
        assertEquals("", meter.pace(0));
        meter.advance("f", 500);
        meter.advance("f", 0);

        assertEquals(0, meter.position());
        assertEquals("", meter.pace(2_000_000_000L));
    }

    @Test
    void longWaitsAreShownInHours() {
        Meter meter = new Meter();
        meter.start(1, 10_000_000);
        meter.file("f", 10_000_000);
        meter.pace(0);
        meter.advance("f", 1000);

        assertEquals("1000 B/s, 2:46:39", meter.pace(1_000_000_000L));
    }
}
