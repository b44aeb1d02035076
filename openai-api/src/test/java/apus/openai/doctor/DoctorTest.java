package apus.openai.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.openai.doctor.Finding.Status;
import apus.runtime.BackendReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is found on machines that are laid out in a folder. */
final class DoctorTest {
    private static final Path DEMO = Path.of(System.getProperty("apus.demoModel"));

    @TempDir Path root;

    private final Map<String, String> environment = new HashMap<>();

    private Machine machine() {
        return new Machine(root, environment);
    }

    private Path file(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private Path sdk(String version, String... backends) throws IOException {
        file("sdk/tornado-argfile", "");
        file("sdk/share/java/tornado/tornado-api-" + version + ".jar", "");
        file("sdk/share/java/tornado/tornado-drivers-common-" + version + ".jar", "");
        for (String backend : backends) {
            file("sdk/share/java/tornado/tornado-drivers-" + backend + "-" + version + ".jar", "");
        }
        environment.put("TORNADOVM_HOME", root.resolve("sdk").toString());
        return root.resolve("sdk");
    }

    private Finding sdkFinding(int java, boolean running) {
        return SdkCheck.of(machine(), java, running).getFirst();
    }

    private static void assertFinding(Status status, String part, Finding finding) {
        assertEquals(status, finding.status(), finding.toString());
        assertTrue((finding.found() + " " + finding.advice()).contains(part), finding.toString());
    }

    @Test
    void noSdkIsNoFaultAndSaysWhatToInstall() {
        assertFinding(Status.NOTE, "TORNADOVM_HOME", sdkFinding(25, false));
        assertEquals(List.of(), DriverCheck.of(machine()));
    }

    @Test
    void sdkIsFoundWithVersionAndBackends() throws IOException {
        sdk("5.2.0-jdk25", "opencl");
        Finding found = sdkFinding(25, true);
        assertFinding(Status.OK, "5.2.0-jdk25", found);
        assertTrue(found.found().endsWith("for opencl"), found.found());
        assertEquals(1, SdkCheck.of(machine(), 25, true).size());
        assertFinding(Status.NOTE, "without the SDK", SdkCheck.of(machine(), 25, false).get(1));
    }

    @Test
    void otherVariableNamesItToo() throws IOException {
        sdk("5.2.0-jdk25", "opencl");
        environment.put("TORNADO_SDK", environment.remove("TORNADOVM_HOME"));
        assertFinding(Status.OK, "TORNADO_SDK", sdkFinding(25, true));
    }

    @Test
    void folderThatIsNoSdkIsAProblem() {
        environment.put("TORNADOVM_HOME", root.toString());
        assertFinding(Status.PROBLEM, "no share/java/tornado", sdkFinding(25, false));
    }

    @Test
    void sdkForAnotherJavaIsAProblem() throws IOException {
        sdk("5.2.0-jdk21", "opencl");
        assertFinding(Status.PROBLEM, "made for JDK 21", sdkFinding(25, false));
    }

    @Test
    void sdkWithoutOrWithSeveralBackendsIsNamed() throws IOException {
        sdk("5.2.0-jdk25");
        assertFinding(Status.PROBLEM, "an SDK with a backend", sdkFinding(25, true));
        sdk("5.2.0-jdk25", "opencl", "cuda");
        assertFinding(Status.NOTE, "cuda, opencl", sdkFinding(25, true));
    }

    @Test
    void openClNeedsLoaderAndDriver() throws IOException {
        sdk("5.2.0-jdk25", "opencl");
        assertFinding(Status.PROBLEM, "ocl-icd-libopencl1", DriverCheck.of(machine()).getFirst());
        file("usr/lib64/libOpenCL.so.1", "");
        assertFinding(Status.PROBLEM, "no driver in", DriverCheck.of(machine()).getFirst());
        file("etc/OpenCL/vendors/pocl.icd", "libpocl.so.2\n");
        assertFinding(Status.OK, "pocl.icd (libpocl.so.2)", DriverCheck.of(machine()).getFirst());

        environment.put("OCL_ICD_VENDORS", root.resolve("nothing").toString());
        assertFinding(Status.PROBLEM, "no driver in", DriverCheck.of(machine()).getFirst());
    }

    @Test
    void cudaNeedsItsLibraryAndTheCard() throws IOException {
        sdk("5.2.0-jdk25", "cuda");
        assertFinding(Status.PROBLEM, "--gpus all", DriverCheck.of(machine()).getFirst());
        Path lib = file("odd place/libcuda.so.1", "").getParent();
        assertFinding(Status.PROBLEM, "no libcuda.so.1", DriverCheck.of(machine()).getFirst());
        environment.put("LD_LIBRARY_PATH", "::" + lib);
        assertFinding(Status.PROBLEM, "no /dev/nvidiactl", DriverCheck.of(machine()).getFirst());
        file("dev/nvidiactl", "");
        file("proc/driver/nvidia/version", "NVRM version: NVIDIA  Kernel Module  580.1\nGCC\n");
        Finding found = DriverCheck.of(machine()).getFirst();
        assertFinding(Status.OK, "NVIDIA Kernel Module 580.1", found);
        assertFalse(found.found().contains("GCC"), found.found());

        environment.remove("LD_LIBRARY_PATH");
        assertFinding(Status.PROBLEM, "container toolkit", DriverCheck.of(machine()).getFirst());
    }

    @Test
    void cardWithoutAnSdkIsOnlyNoted() throws IOException {
        file("dev/nvidiactl", "");
        assertFinding(Status.NOTE, "libcuda", DriverCheck.of(machine()).getFirst());
    }

    @Test
    void backendThatRefusesIsAFaultOnlyWhereItWasMeantToWork() {
        List<BackendReport> reports =
                List.of(new BackendReport("tornado", List.of(), Optional.of("no device")));
        assertFinding(Status.NOTE, "no device", BackendCheck.of(reports, false, DEMO).getFirst());
        assertFinding(Status.PROBLEM, "no device", BackendCheck.of(reports, true, DEMO).getFirst());
        List<BackendReport> broken =
                List.of(new BackendReport("", List.of(), Optional.of("cannot be loaded")));
        assertFinding(
                Status.PROBLEM,
                "cannot be loaded",
                BackendCheck.of(broken, false, DEMO).getFirst());
    }

    @Test
    void devicesAreListedAndTriedOnTheModel() {
        // The CPU, as if it had a device.
        BackendReport.Accelerator device =
                new BackendReport.Accelerator("Fake 1", "driver 2", 3L << 30);
        List<Finding> findings =
                BackendCheck.of(
                        List.of(new BackendReport("cpu", List.of(device), Optional.empty())),
                        true,
                        DEMO);
        assertFinding(Status.OK, "Fake 1, driver 2, 3.0 GiB", findings.get(0));
        assertFinding(Status.OK, "Vector API", findings.get(1));
        assertFinding(Status.OK, "after 24 tokens", findings.get(2));
    }

    @Test
    void backendThatFailsAtWorkIsAProblem() {
        List<Finding> findings =
                BackendCheck.of(
                        List.of(new BackendReport("gone", List.of(), Optional.empty())),
                        true,
                        DEMO);
        assertFinding(Status.PROBLEM, "gone is not there", findings.getFirst());
    }

    @Test
    void largePagesThatAreOffAreNoted() throws IOException {
        file("sys/kernel/mm/transparent_hugepage/enabled", "always madvise [never]\n");
        assertFinding(Status.NOTE, "echo madvise", MemoryCheck.of(machine()).getLast());
        file("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
        assertFinding(Status.OK, "madvise", MemoryCheck.of(machine()).getLast());
    }

    @Test
    void javaWithoutVectorsOrStartCacheIsNoted() throws IOException {
        Path cache = file("apus.aot", "");
        List<Finding> good = JavaCheck.of("25", "V", "/j", true, List.of("-XX:AOTCache=" + cache));
        assertTrue(good.stream().allMatch(f -> f.status() == Status.OK), good.toString());
        List<Finding> bare = JavaCheck.of("25", "V", "/j", false, List.of());
        assertFinding(Status.NOTE, "--add-modules", bare.get(1));
        assertFinding(Status.NOTE, "make-start-cache", bare.get(2));
        List<Finding> tornado =
                JavaCheck.of("25", "V", "/j", true, List.of("--upgrade-module-path=x"));
        assertFinding(Status.OK, "not used", tornado.get(2));
    }

    @Test
    void cacheFolderMayBeMissingButNotUnwritable() throws IOException {
        assertFinding(Status.OK, "first download", CacheFolderCheck.of(root.resolve("a/b")));
        Files.createDirectories(root.resolve("hub/models--a--b"));
        assertFinding(Status.OK, "1 model", CacheFolderCheck.of(root.resolve("hub")));
        Path file = file("plain", "");
        assertFinding(Status.PROBLEM, "HF_HOME", CacheFolderCheck.of(file));
    }

    @Test
    void diagnosisIsHealthyWithoutProblems() {
        assertTrue(
                new Diagnosis(List.of(Finding.ok("a", ""), Finding.note("b", "", ""))).healthy());
        assertFalse(new Diagnosis(List.of(Finding.problem("a", "", ""))).healthy());
    }
}
