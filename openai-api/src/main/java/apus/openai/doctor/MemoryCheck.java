package apus.openai.doctor;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Processors and main memory. */
final class MemoryCheck {
    private static final Pattern CHOSEN = Pattern.compile("\\[(\\w+)]");

    private MemoryCheck() {}

    static List<Finding> of(Machine machine) {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        List<Finding> findings = new ArrayList<>();
        findings.add(
                Finding.ok(
                        "processors",
                        Runtime.getRuntime().availableProcessors()
                                + ", "
                                + System.getProperty("os.arch")
                                + model(machine).map(m -> ", " + m).orElse("")));
        findings.add(
                Finding.ok(
                        "memory",
                        String.format(
                                Locale.ROOT,
                                "%.1f GiB%s",
                                system.getTotalMemorySize() / (double) (1L << 30),
                                available(machine))));
        hugePages(machine).ifPresent(findings::add);
        return findings;
    }

    private static Optional<String> model(Machine machine) {
        return Machine.text(machine.path("/proc/cpuinfo"))
                .flatMap(text ->
                        text.lines().filter(line -> line.startsWith("model name")).findFirst())
                .map(line -> line.substring(line.indexOf(':') + 1).strip());
    }

    private static String available(Machine machine) {
        return Machine.text(machine.path("/proc/meminfo"))
                .flatMap(text ->
                        text.lines().filter(line -> line.startsWith("MemAvailable:")).findFirst())
                .map(line -> line.replaceAll("[^0-9]", ""))
                .filter(digits -> !digits.isEmpty() && digits.length() < 18)
                .map(digits ->
                        String.format(
                                Locale.ROOT,
                                ", %.1f GiB of them available",
                                Long.parseLong(digits) / (double) (1 << 20)))
                .orElse("");
    }

    /** Apus asks for large pages by madvise, which "never" ignores. */
    private static Optional<Finding> hugePages(Machine machine) {
        String file = "/sys/kernel/mm/transparent_hugepage/enabled";
        return Machine.text(machine.path(file))
                .map(CHOSEN::matcher)
                .filter(Matcher::find)
                .map(m -> m.group(1))
                .map(mode ->
                        mode.equals("never")
                                ? Finding.note(
                                        "large pages",
                                        "never: attention over long contexts is slower",
                                        "echo madvise > " + file + " (as root)")
                                : Finding.ok("large pages", mode));
    }
}
