package apus.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.format.checkpoint.Checkpoint;
import apus.kernels.DeviceException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Logits of a backend beside the CPU's when an engine opens. */
@Timeout(60)
final class SelfCheckTest {
    private static final Path DEMO = Path.of(System.getProperty("apus.demoModel"));

    private final FakeProvider fake = new FakeProvider();

    private Engine open(EngineOptions.Builder options) {
        return open(options, new Backends(List.of(fake, FakeProvider.cpu()), List.of()));
    }

    private static Engine open(EngineOptions.Builder options, Backends backends) {
        Checkpoint checkpoint = Checkpoint.open(DEMO);
        try {
            return new EngineOpener(checkpoint, options.build(), backends, CacheSize.available())
                    .open();
        } catch (RuntimeException | Error e) {
            checkpoint.close();
            throw e;
        }
    }

    private static EngineOptions.Builder options() {
        return EngineOptions.builder().threads(1).maxSequences(4);
    }

    @Test
    void deviceIsCheckedUnlessItIsTurnedOff() {
        try (Engine engine = open(options())) {
            SelfCheck check = engine.model().selfCheck().orElseThrow();
            assertEquals("fake", check.backend());
            assertEquals(24, check.rows());
            assertEquals(24, check.agreeing());
            assertEquals(0, check.error(), "the same kernels");
            assertTrue(check.text().contains("after 24 tokens"), check.text());
        }
        try (Engine engine = open(options().selfCheck(Optional.of(false)))) {
            assertEquals(Optional.empty(), engine.model().selfCheck());
        }
    }

    @Test
    void wrongLogitsStopTheStartWithFigures() {
        fake.lie = 30;
        DeviceException e = assertThrows(DeviceException.class, () -> open(options()));
        assertTrue(e.getMessage().contains("self-check failed"), e.getMessage());
        assertTrue(e.getMessage().contains("at most 30"), e.getMessage());
        assertTrue(e.getMessage().contains("(allowed 0.050)"), e.getMessage());
        assertTrue(fake.closed, "nothing is left behind");

        try (Engine engine = open(options().selfCheck(Optional.of(false)))) {
            assertEquals("fake", engine.model().backend());
        }
    }

    @Test
    void logitsThatAreNoNumbersFail() {
        fake.lie = Float.NaN;
        DeviceException e = assertThrows(DeviceException.class, () -> open(options()));
        assertTrue(e.getMessage().contains("Infinity"), e.getMessage());
    }

    @Test
    void smallDifferencesPassAndAreTold() {
        fake.lie = 1e-3f;
        try (Engine engine = open(options())) {
            SelfCheck check = engine.model().selfCheck().orElseThrow();
            assertTrue(check.error() > 1e-7 && check.error() < 1e-3, check.text());
            assertEquals(1e-3, check.largest(), 1e-4);
        }
    }

    @Test
    void cpuIsCheckedOnRequestAgainstItsPlainKernels() {
        Backends found = Backends.onClassPath();
        try (Engine engine = open(options().backend("cpu"), found)) {
            assertEquals(Optional.empty(), engine.model().selfCheck());
        }
        try (Engine engine = open(options().backend("cpu").selfCheck(Optional.of(true)), found)) {
            SelfCheck check = engine.model().selfCheck().orElseThrow();
            assertTrue(check.reference().contains("scalar"), check.reference());
            assertTrue(check.device().contains("Vector API"), check.device());
            assertTrue(check.error() > 0 && check.error() < 1e-4, check.text());
        }
    }

    @Test
    void checkedEngineAnswersAsAnUncheckedOne() throws Exception {
        Request request = Request.of(new int[] {5, 6, 7, 8}, Sampling.GREEDY, Stops.after(8));
        String[] texts = new String[2];
        for (int i = 0; i < 2; i++) {
            try (Engine engine =
                    open(options().maxTokensPerStep(5).selfCheck(Optional.of(i == 0)))) {
                texts[i] = engine.submit(request).await().choices().getFirst().text();
            }
        }
        assertEquals(texts[1], texts[0]);
        assertFalse(texts[0].isEmpty());
    }

    @Test
    void probeFitsIntoShortContexts() {
        try (Engine engine = open(options().maxModelLen(3))) {
            assertEquals(3, engine.model().selfCheck().orElseThrow().rows());
        }
        try (Engine engine = open(options().maxModelLen(1))) {
            assertEquals(1, engine.model().selfCheck().orElseThrow().rows());
        }
    }

    @Test
    void withoutTheCpusKernelsItSaysHowToDoWithout() {
        RequestException e =
                assertThrows(
                        RequestException.class,
                        () -> open(options(), new Backends(List.of(fake), List.of())));
        assertTrue(e.getMessage().contains("--no-self-check"), e.getMessage());
    }

    @Test
    void errorIsRelativeToTheSpreadOfTheLogits() {
        SelfCheck check =
                SelfCheck.of(
                        "a",
                        "",
                        List.of(new float[] {11, 9, 10}, new float[] {1, 1, 1}),
                        "b",
                        List.of(new float[] {11, 9.5f, 9.5f}, new float[] {1, 1, 1}),
                        0.1,
                        Duration.ZERO);
        // 0.5 twice, beside 1, -0.5 and -0.5 around the mean of 10.
        assertEquals(Math.sqrt(0.5 / 1.5), check.error(), 1e-12);
        assertEquals(0.5, check.largest(), 1e-12);
        assertEquals(2, check.agreeing());
        assertFalse(check.passed());
    }
}
