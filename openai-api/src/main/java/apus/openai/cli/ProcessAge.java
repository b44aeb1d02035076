package apus.openai.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** How long this process has run, the launcher that became it included. */
final class ProcessAge {
    /** USER_HZ, 100 on every architecture that has a JDK. */
    private static final double TICKS_PER_SECOND = 100;

    /** starttime is field 22 of proc_pid_stat(5); field 3 is the first after the name. */
    private static final int START_TIME = 22 - 3;

    private ProcessAge() {}

    static Duration now() {
        try {
            return ofLinux(
                    Files.readString(Path.of("/proc/self/stat")),
                    Files.readString(Path.of("/proc/uptime")));
        } catch (IOException | RuntimeException e) {
            Instant now = Instant.now();
            return Duration.between(ProcessHandle.current().info().startInstant().orElse(now), now);
        }
    }

    /** From the boot time, which {@link ProcessHandle} counts in whole seconds there. */
    static Duration ofLinux(String stat, String uptime) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        double started = Long.parseLong(fields[START_TIME]) / TICKS_PER_SECOND;
        double now = Double.parseDouble(uptime.split(" ", -1)[0]);
        return Duration.ofMillis(Math.round(1000 * (now - started)));
    }
}
