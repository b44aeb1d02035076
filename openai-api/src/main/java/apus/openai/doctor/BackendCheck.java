package apus.openai.doctor;

import apus.format.ApusException;
import apus.runtime.BackendReport;
import apus.runtime.Engine;
import apus.runtime.EngineOptions;
import apus.runtime.SelfCheck;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The backends, what they compute on, and each at work on the demo model beside the CPU's kernels.
 */
final class BackendCheck {
    /** Enough for the prompt of the check; a device compiles its kernels for these sizes. */
    private static final int TOKENS = 32;

    private BackendCheck() {}

    /**
     * @param accelerated whether this JVM was started for devices, so that one that cannot be used
     *     is a fault, not a matter of course
     */
    static List<Finding> of(List<BackendReport> backends, boolean accelerated, Path model) {
        List<Finding> findings = new ArrayList<>();
        for (BackendReport backend : backends) {
            String name = "backend " + backend.name();
            if (backend.problem().isPresent()) {
                String problem = backend.problem().get();
                findings.add(
                        accelerated || backend.name().isEmpty()
                                ? Finding.problem(name.strip(), problem, "")
                                : Finding.note(name, problem, ""));
                continue;
            }
            for (BackendReport.Accelerator device : backend.devices()) {
                findings.add(
                        Finding.ok(
                                name,
                                String.format(
                                        Locale.ROOT,
                                        "%s, %s, %.1f GiB",
                                        device.name(),
                                        device.driver(),
                                        device.memoryBytes() / (double) (1L << 30))));
            }
            findings.addAll(selfCheck(backend.name(), model));
        }
        return findings;
    }

    private static List<Finding> selfCheck(String backend, Path model) {
        EngineOptions options =
                EngineOptions.builder()
                        .backend(backend)
                        .maxModelLen(TOKENS)
                        .maxSequences(1)
                        .maxTokensPerStep(TOKENS)
                        .selfCheck(Optional.of(true))
                        .build();
        String name = "self-check " + backend;
        try (Engine engine = Engine.open(model, options)) {
            SelfCheck check = engine.model().selfCheck().orElseThrow();
            return List.of(
                    Finding.ok("kernels " + backend, check.device()),
                    Finding.ok(name, check.text()));
        } catch (ApusException e) {
            return List.of(Finding.problem(name, e.getMessage(), advice(backend)));
        } catch (RuntimeException | LinkageError e) {
            return List.of(Finding.problem(name, "it stops with " + e, advice(backend)));
        }
    }

    private static String advice(String backend) {
        return backend.equals("cpu")
                ? "report it with this output; --kernels scalar may serve meanwhile"
                : "update the device's driver and the SDK; --backend cpu serves without the device";
    }
}
