package apus.openai.doctor;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The JVM that runs this, which is the one that would serve. */
final class JavaCheck {
    private static final String VECTORS = "jdk.incubator.vector";
    private static final String CACHE = "-XX:AOTCache=";

    private JavaCheck() {}

    static List<Finding> ofThisJvm() {
        return of(
                Runtime.version().toString(),
                System.getProperty("java.vendor"),
                System.getProperty("java.home"),
                ModuleLayer.boot().findModule(VECTORS).isPresent(),
                ManagementFactory.getRuntimeMXBean().getInputArguments());
    }

    static List<Finding> of(
            String version, String vendor, String home, boolean vectors, List<String> arguments) {
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.ok("Java", version + " of " + vendor + " in " + home));
        findings.add(
                vectors
                        ? Finding.ok("Vector API", "module " + VECTORS + " is there")
                        : Finding.note(
                                "Vector API",
                                "module "
                                        + VECTORS
                                        + " is not there: kernels are many times slower",
                                "start with bin/apus, or with --add-modules " + VECTORS));
        findings.add(startCache(arguments));
        return findings;
    }

    private static Finding startCache(List<String> arguments) {
        Optional<Path> cache =
                arguments.stream()
                        .filter(a -> a.startsWith(CACHE))
                        .map(a -> Path.of(a.substring(CACHE.length())))
                        .findFirst();
        if (cache.isPresent() && Files.isReadable(cache.get())) {
            return Finding.ok("start cache", cache.get().toString());
        }
        return arguments.stream().anyMatch(a -> a.startsWith("--upgrade-module-path"))
                ? Finding.ok("start cache", "not used: with a TornadoVM SDK the JVM has none")
                : Finding.note(
                        "start cache",
                        "none: starts take half a second longer",
                        "bin/make-start-cache writes one, once");
    }
}
