package apus.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.kernels.Device;
import apus.kernels.DeviceException;
import apus.kernels.Support;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is said of backends, usable or not. */
final class BackendReportTest {
    private static final Path DEMO = Path.of(System.getProperty("apus.demoModel"));

    private final FakeProvider fake = new FakeProvider();

    private BackendReport report(String... failures) {
        List<BackendReport> all =
                BackendReport.all(new Backends(List.of(fake), List.of(failures)), DEMO);
        assertEquals(1 + failures.length, all.size());
        return all.getFirst();
    }

    @Test
    void devicesAreListed() {
        fake.devices = () -> List.of(new Device("A", "d 1", 5), new Device("B", "d 1", 6));
        BackendReport report = report();
        assertEquals("fake", report.name());
        assertEquals(
                List.of(
                        new BackendReport.Accelerator("A", "d 1", 5),
                        new BackendReport.Accelerator("B", "d 1", 6)),
                report.devices());
        assertEquals(Optional.empty(), report.problem());
    }

    @Test
    void refusalsAndErrorsAreProblems() {
        fake.support = () -> new Support.No("no driver");
        assertEquals(Optional.of("no driver"), report().problem());

        fake.support = () -> new Support.Yes(1);
        fake.devices =
                () -> {
                    throw new DeviceException("no device; plug one in");
                };
        assertEquals(Optional.of("no device; plug one in"), report().problem());

        fake.devices =
                () -> {
                    throw new NoClassDefFoundError("some/Class");
                };
        assertTrue(report().problem().orElseThrow().contains("some/Class"));
    }

    @Test
    void backendThatCannotBeLoadedIsAmongThem() {
        BackendReport.all(new Backends(List.of(), List.of("broken")), DEMO)
                .forEach(r -> assertEquals(Optional.of("broken"), r.problem()));
        report("broken");
    }
}
