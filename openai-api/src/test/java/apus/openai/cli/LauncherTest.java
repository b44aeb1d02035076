package apus.openai.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** bin/apus, with a JDK and a Maven that only tell how they were called. */
final class LauncherTest {
    private static final Path REPOSITORY = Path.of(System.getProperty("apus.testdata")).getParent();

    @TempDir Path scratch;

    private Path home;
    private Path jdk;
    private Path tools;

    @BeforeEach
    void layOut() throws IOException {
        home = Files.createDirectories(scratch.resolve("with space/apus"));
        Files.createDirectories(home.resolve("bin"));
        for (String name : List.of("apus", "find-java")) {
            Files.copy(REPOSITORY.resolve("bin").resolve(name), home.resolve("bin").resolve(name));
        }
        jdk = jdk("jdk 25", "25.0.1");
        tools = Files.createDirectories(scratch.resolve("tools"));
    }

    private Path jdk(String name, String version) throws IOException {
        Path folder = scratch.resolve(name);
        Files.createDirectories(folder.resolve("bin"));
        Files.writeString(folder.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        script(folder.resolve("bin/java"), "printf '%s\\n' \"$@\"; exit 7");
        return folder;
    }

    private static void script(Path file, String body) throws IOException {
        Files.writeString(file, "#!/usr/bin/env bash\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Child launch(Path launcher, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(args));
        Map<String, String> environment =
                Map.of(
                        "JAVA_HOME",
                        jdk.toString(),
                        "PATH",
                        tools + ":" + System.getenv("PATH"),
                        "APUS_JAVA_OPTS",
                        "-Xmx1g -Da=b");
        return Child.start(scratch, environment, command);
    }

    private void distribution() throws IOException {
        Files.createDirectories(home.resolve("lib"));
    }

    private void sources() throws IOException {
        Files.writeString(home.resolve("pom.xml"), "<project/>");
        Files.createDirectories(home.resolve("runtime/src/main/java"));
        Files.writeString(home.resolve("runtime/src/main/java/A.java"), "class A {}");
        old(home.resolve("runtime/src/main/java/A.java"));
        script(
                tools.resolve("mvn"),
                "echo \"mvn $*\" >>../mvn.calls; mkdir -p openai-api/target/apus/lib");
    }

    private static void old(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(1000)));
    }

    private long builds() throws IOException {
        Path calls = home.resolveSibling("mvn.calls");
        return Files.exists(calls) ? Files.readAllLines(calls).size() : 0;
    }

    @Test
    void distributionStartsJavaWithItsFlagsAndNeverBuilds() throws Exception {
        distribution();
        try (Child child = launch(home.resolve("bin/apus"), "serve", "--model", "a b")) {
            assertEquals(7, child.exitCode());
            assertEquals(
                    List.of(
                            "@" + home + "/conf/jvm.options",
                            "-Xmx1g",
                            "-Da=b",
                            "-cp",
                            home + "/lib/*",
                            "apus.openai.Main",
                            "serve",
                            "--model",
                            "a b"),
                    child.out().lines().toList());
            assertEquals("", child.err());
        }
    }

    @Test
    void startCacheIsUsedWhereItIs() throws Exception {
        distribution();
        Files.writeString(home.resolve("apus.aot"), "");
        try (Child child = launch(home.resolve("bin/apus"), "serve")) {
            assertEquals(7, child.exitCode());
            List<String> lines = child.out().lines().toList();
            assertEquals("-XX:AOTCache=" + home + "/apus.aot", lines.get(1));
            assertTrue(lines.contains("-XX:AOTMode=auto"), child.out());
            assertEquals("", child.err());
        }
    }

    @Test
    void buildGoesOnWithoutAStartCache() throws Exception {
        sources();
        script(home.resolve("bin/make-start-cache"), "echo because of the weather; exit 1");
        try (Child child = launch(home.resolve("bin/apus"), "serve")) {
            assertEquals(7, child.exitCode(), child.err());
            assertTrue(child.err().contains("no start cache"), child.err());
        }
        assertTrue(
                Files.readString(home.resolve("openai-api/target/build.log")).contains("weather"));
    }

    @Test
    void benchIsAnotherProgram() throws Exception {
        distribution();
        try (Child child = launch(home.resolve("bin/apus"), "bench", "--json")) {
            child.exitCode();
            List<String> lines = child.out().lines().toList();
            assertEquals(
                    List.of("apus.bench.Main", "--json"),
                    lines.subList(lines.size() - 2, lines.size()));
        }
    }

    @Test
    void linksToTheLauncherWork() throws Exception {
        distribution();
        Path link = Files.createSymbolicLink(tools.resolve("apus"), home.resolve("bin/apus"));
        Path second = Files.createSymbolicLink(scratch.resolve("a"), Path.of("tools/apus"));
        for (Path path : List.of(link, second)) {
            try (Child child = launch(path)) {
                assertEquals(7, child.exitCode(), child.err());
                assertTrue(child.out().contains(home + "/lib/*"), child.out());
            }
        }
    }

    @Test
    void javaThatIsTooOldIsPassedOver() throws Exception {
        distribution();
        jdk = jdk("jdk 17", "17.0.9");
        try (Child child = launch(home.resolve("bin/apus"), "--version")) {
            // Either a real JDK 25 was found elsewhere and has no classes, or none was.
            assertTrue(child.exitCode() != 7, child.out());
        }
    }

    @Test
    void checkoutBuildsOnFirstUseAndWhenSourcesChange() throws Exception {
        sources();
        Path launcher = home.resolve("bin/apus");
        try (Child child = launch(launcher, "serve")) {
            assertEquals(7, child.exitCode(), child.err());
            assertTrue(child.err().startsWith("apus: building"), child.err());
            assertTrue(child.out().contains(home + "/openai-api/target/apus/lib/*"));
        }
        assertEquals(1, builds());

        try (Child child = launch(launcher, "serve")) {
            child.exitCode();
            assertEquals("", child.err());
        }
        assertEquals(1, builds());

        Thread.sleep(20);
        Files.writeString(home.resolve("runtime/src/main/java/A.java"), "class A { }");
        try (Child child = launch(launcher, "serve")) {
            child.exitCode();
        }
        assertEquals(2, builds());

        Files.delete(home.resolve("runtime/src/main/java/A.java"));
        try (Child child = launch(launcher, "serve")) {
            child.exitCode();
        }
        assertEquals(3, builds());
    }

    @Test
    void failedBuildShowsItsOutputAndStartsNothing() throws Exception {
        sources();
        script(tools.resolve("mvn"), "echo 'A.java: broken'; exit 1");
        for (int i = 0; i < 2; i++) {
            try (Child child = launch(home.resolve("bin/apus"), "serve")) {
                assertEquals(1, child.exitCode());
                assertTrue(child.err().contains("A.java: broken"), child.err());
                assertEquals("", child.out());
            }
        }
    }

    @Test
    void launcherThatIsNeitherInACheckoutNorADistributionSaysSo() throws Exception {
        try (Child child = launch(home.resolve("bin/apus"), "serve")) {
            assertEquals(2, child.exitCode());
            assertTrue(child.err().contains("neither"), child.err());
        }
    }
}
