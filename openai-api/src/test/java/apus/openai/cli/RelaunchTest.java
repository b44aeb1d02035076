package apus.openai.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Main in a JVM of its own that lacks the flags. */
final class RelaunchTest {
    @TempDir Path scratch;

    private Child main(List<String> flags, String... args) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add("apus.openai.Main");
        command.addAll(List.of(args));
        return Child.start(scratch, Map.of(), command);
    }

    @Test
    void missingModuleMeansASecondStartWithIt() throws Exception {
        try (Child child = main(List.of(), "--version")) {
            assertEquals(0, child.exitCode(), child.err());
            assertTrue(child.out().startsWith("apus "), child.out());
            assertEquals(
                    1,
                    child.err().lines().filter(l -> l.startsWith("apus: starting again")).count(),
                    child.err());
        }
    }

    @Test
    void exitCodeIsPassedOn() throws Exception {
        try (Child child = main(List.of(), "bogus")) {
            assertEquals(2, child.exitCode(), child.err());
        }
    }

    @Test
    void secondStartCanBeRefused() throws Exception {
        try (Child child = main(List.of("-Dapus.relaunch=false"), "--version")) {
            assertEquals(0, child.exitCode(), child.err());
            assertFalse(child.err().contains("starting again"), child.err());
        }
    }

    @Test
    void jvmWithTheModuleStartsOnce() throws Exception {
        List<String> flags = List.of("--add-modules", "jdk.incubator.vector");
        try (Child child = main(flags, "--version")) {
            assertEquals(0, child.exitCode(), child.err());
            assertFalse(child.err().contains("starting again"), child.err());
        }
    }
}
