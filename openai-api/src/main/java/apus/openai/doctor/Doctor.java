package apus.openai.doctor;

import apus.runtime.BackendReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Looks at everything that Apus needs or could use on this machine, and tries it. */
public final class Doctor {
    private static final String TORNADO = "tornado.runtime";

    private Doctor() {}

    /**
     * Examines the machine. Takes some seconds; with a device, the time to compile its kernels.
     *
     * @param environment variables
     * @param cache folder that models are downloaded to
     * @param model small, to try the backends on
     */
    public static Diagnosis examine(Map<String, String> environment, Path cache, Path model) {
        Machine machine = new Machine(Path.of("/"), environment);
        boolean accelerated = ModuleLayer.boot().findModule(TORNADO).isPresent();
        List<Finding> findings = new ArrayList<>(JavaCheck.ofThisJvm());
        findings.addAll(MemoryCheck.of(machine));
        findings.add(CacheFolderCheck.of(cache));
        findings.addAll(SdkCheck.of(machine, Runtime.version().feature(), accelerated));
        findings.addAll(DriverCheck.of(machine));
        findings.addAll(BackendCheck.of(BackendReport.all(model), accelerated, model));
        return new Diagnosis(findings);
    }
}
