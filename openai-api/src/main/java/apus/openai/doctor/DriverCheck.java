package apus.openai.doctor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Drivers of GPUs, as far as files show them: what an SDK's backends load when they start. */
final class DriverCheck {
    private DriverCheck() {}

    static List<Finding> of(Machine machine) {
        List<String> backends = Sdk.of(machine).map(Sdk::backends).orElse(List.of());
        boolean cuda = backends.contains("cuda") || backends.contains("ptx");
        boolean opencl = backends.contains("opencl") || backends.contains("spirv");
        List<Finding> findings = new ArrayList<>();
        nvidia(machine, cuda).ifPresent(findings::add);
        opencl(machine, opencl).ifPresent(findings::add);
        return findings;
    }

    private static Optional<Finding> nvidia(Machine machine, boolean needed) {
        Optional<Path> libcuda = machine.library("libcuda.so.1");
        boolean card = Files.exists(machine.path("/dev/nvidiactl"));
        Optional<String> version =
                Machine.text(machine.path("/proc/driver/nvidia/version"))
                        .map(text -> text.lines().findFirst().orElse(""))
                        .map(line ->
                                line.replaceFirst("^NVRM version:\\s*", "")
                                        .replaceAll("\\s+", " "));
        if (!needed && !card && libcuda.isEmpty()) {
            return Optional.empty();
        }
        String found =
                libcuda.map(Path::toString).orElse("no libcuda.so.1")
                        + (card ? "" : ", no /dev/nvidiactl")
                        + version.map(v -> ", " + v).orElse("");
        if (libcuda.isPresent() && card) {
            return Optional.of(Finding.ok("NVIDIA driver", found));
        }
        String advice =
                card
                        ? "install the user part of the driver (libcuda1); in a container, pass the GPU"
                                + " in with the NVIDIA container toolkit"
                        : "load the NVIDIA driver; in a container, pass the GPU in (--gpus all);"
                                + " without such a card, install an SDK for OpenCL";
        return Optional.of(
                needed
                        ? Finding.problem("NVIDIA driver", found, advice)
                        : Finding.note("NVIDIA driver", found, advice));
    }

    private static Optional<Finding> opencl(Machine machine, boolean needed) {
        Optional<Path> loader = machine.library("libOpenCL.so.1");
        Path vendors =
                machine.variable("OCL_ICD_VENDORS")
                        .map(Path::of)
                        .orElse(machine.path("/etc/OpenCL/vendors"));
        List<String> icds = Machine.names(vendors, "*.icd");
        if (!needed && icds.isEmpty()) {
            return Optional.empty();
        }
        String drivers =
                icds.stream()
                        .map(icd ->
                                icd
                                        + " ("
                                        + Machine.text(vendors.resolve(icd)).orElse("unreadable")
                                        + ")")
                        .collect(Collectors.joining(", "));
        String found =
                loader.map(Path::toString).orElse("no libOpenCL.so.1")
                        + (icds.isEmpty() ? ", no driver in " + vendors : ", drivers: " + drivers);
        if (loader.isPresent() && !icds.isEmpty()) {
            return Optional.of(Finding.ok("OpenCL", found));
        }
        String advice =
                loader.isEmpty()
                        ? "install the loader (Debian, Ubuntu: ocl-icd-libopencl1)"
                        : "install the driver of the device (Intel: intel-opencl-icd; NVIDIA: its own"
                                + " driver brings it; pocl-opencl-icd computes on the CPU)";
        return Optional.of(
                needed
                        ? Finding.problem("OpenCL", found, advice)
                        : Finding.note("OpenCL", found, advice));
    }
}
