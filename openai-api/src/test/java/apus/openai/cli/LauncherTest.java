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
import java.util.HashMap;
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
    private final Map<String, String> environment = new HashMap<>();

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
        script(
                folder.resolve("bin/java"),
                """
                printf '%s\\n' "$@"
                for flag; do
                    case $flag in @/dev/fd/*) cat "${flag#@}" ;; esac
                done
                exit 7
                """);
        return folder;
    }

    private static void script(Path file, String body) throws IOException {
        Files.writeString(file, "#!/usr/bin/env bash\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Child launch(Path launcher, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(args));
        Map<String, String> all =
                new HashMap<>(
                        Map.of(
                                "JAVA_HOME",
                                jdk.toString(),
                                "PATH",
                                tools + ":" + System.getenv("PATH"),
                                "APUS_JAVA_OPTS",
                                "-Xmx1g -Da=b",
                                // Whatever this machine has.
                                "TORNADOVM_HOME",
                                "",
                                "TORNADO_SDK",
                                "",
                                "BACKEND",
                                "",
                                "APUS_DEVICE_CLASS",
                                "none"));
        all.putAll(environment);
        return Child.start(scratch, all, command);
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

    private Path sdk() throws IOException {
        Path sdk = Files.createDirectories(scratch.resolve("sdk&1"));
        Files.createDirectories(sdk.resolve("share/java/tornado"));
        Files.writeString(
                sdk.resolve("tornado-argfile.template"),
                """
                # flags
                -XX:+UseParallelGC
                -Djava.library.path=${TORNADOVM_HOME}/lib
                --module-path .:${TORNADOVM_HOME}/share/java/tornado
                """);
        environment.put("TORNADOVM_HOME", sdk.toString());
        return sdk;
    }

    private void distributionWithDevices() throws IOException {
        distribution();
        Files.writeString(home.resolve("lib/apus-kernels-tornado-1.jar"), "");
        Files.writeString(home.resolve("apus.aot"), "");
        Path config = Files.createDirectories(home.resolve("tornado-config"));
        for (String name : List.of("common.options", "pocl.options", "pocl.grid")) {
            Files.writeString(config.resolve(name), "");
        }
    }

    /** What the fake JVM printed: its arguments, and the file that has no name. */
    private List<String> lines(String... args) throws Exception {
        try (Child child = launch(home.resolve("bin/apus"), args)) {
            assertEquals(7, child.exitCode(), child.err());
            assertEquals("", child.err());
            return child.out().lines().toList();
        }
    }

    private static boolean withDevices(List<String> lines) {
        return lines.stream().anyMatch(line -> line.endsWith("/tornado-config/common.options"));
    }

    @Test
    void sdkGivesItsFlagsWithoutTheWorkingDirectoryAndWithoutTheStartCache() throws Exception {
        Path sdk = sdk();
        distributionWithDevices();
        environment.put("APUS_DEVICE_CLASS", "pocl");
        Path temporary = Files.createDirectories(scratch.resolve("tmp"));
        environment.put("TMPDIR", temporary.toString());
        List<String> lines = lines("serve");
        assertEquals(
                List.of(
                        "@" + home + "/conf/jvm.options",
                        "@/dev/fd/8",
                        "@" + home + "/tornado-config/common.options",
                        "@" + home + "/tornado-config/pocl.options",
                        "-Dapus.tornado.grid=" + home + "/tornado-config/pocl.grid",
                        "-Xmx1g",
                        "-Da=b",
                        "-cp",
                        home + "/lib/*",
                        "apus.openai.Main",
                        "serve"),
                lines.subList(0, 11));
        assertTrue(lines.contains("-Djava.library.path=" + sdk + "/lib"), lines.toString());
        assertTrue(
                lines.contains("--module-path " + sdk + "/share/java/tornado"), lines.toString());
        assertTrue(lines.stream().noneMatch(l -> l.contains("Parallel")), lines.toString());
        try (var left = Files.list(temporary)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void filledInArgumentFileOfTheSdkGoesBeforeItsOlderTemplate() throws Exception {
        Path sdk = sdk();
        distributionWithDevices();
        old(sdk.resolve("tornado-argfile.template"));
        Files.writeString(sdk.resolve("tornado-argfile"), "-Dfilled=in\n");
        assertTrue(lines("serve").contains("-Dfilled=in"));
        environment.put("TORNADO_SDK", environment.remove("TORNADOVM_HOME"));
        assertTrue(lines("serve").contains("-Dfilled=in"), "the other variable names it too");
    }

    @Test
    void onlyCommandsThatMayComputeOnADeviceAreStartedForOne() throws Exception {
        sdk();
        distributionWithDevices();
        for (String command : List.of("serve", "chat", "bench", "inspect", "doctor")) {
            assertTrue(withDevices(lines(command)), command);
        }
        for (String command : List.of("pull", "--version", "bogus")) {
            assertTrue(!withDevices(lines(command)), command);
        }
    }

    @Test
    void cpuAskedForByNameStartsAsWithoutAnSdk() throws Exception {
        sdk();
        distributionWithDevices();
        assertTrue(withDevices(lines("serve", "--backend", "tornado")));
        assertTrue(withDevices(lines("serve", "--backend=auto")));
        for (List<String> args :
                List.of(
                        List.of("serve", "--backend", "cpu"),
                        List.of("chat", "--threads", "2", "--backend=cpu"))) {
            List<String> lines = lines(args.toArray(String[]::new));
            assertTrue(!withDevices(lines), lines.toString());
            assertTrue(lines.contains("-XX:AOTCache=" + home + "/apus.aot"), lines.toString());
        }
        environment.put("BACKEND", "cpu");
        assertTrue(!withDevices(lines("serve")));
        assertTrue(withDevices(lines("serve", "--backend", "auto")), "a flag goes first");
    }

    @Test
    void sdkThatCannotBeUsedIsSaidOnceAndDoneWithout() throws Exception {
        distributionWithDevices();
        environment.put("TORNADOVM_HOME", scratch.toString());
        try (Child child = launch(home.resolve("bin/apus"), "serve")) {
            assertEquals(7, child.exitCode());
            assertTrue(child.err().contains("is no TornadoVM SDK"), child.err());
            assertTrue(!withDevices(child.out().lines().toList()), child.out());
        }
        sdk();
        Files.delete(home.resolve("lib/apus-kernels-tornado-1.jar"));
        try (Child child = launch(home.resolve("bin/apus"), "serve")) {
            assertEquals(7, child.exitCode());
            assertTrue(child.err().contains("has no GPU backend"), child.err());
            assertTrue(!withDevices(child.out().lines().toList()), child.out());
        }
    }

    @Test
    void sdkWithoutAnArgumentFileOrWithASpaceInItsPathIsAnError() throws Exception {
        Path sdk = sdk();
        distributionWithDevices();
        Files.delete(sdk.resolve("tornado-argfile.template"));
        try (Child child = launch(home.resolve("bin/apus"), "serve")) {
            assertEquals(2, child.exitCode());
            assertTrue(child.err().startsWith("apus: cannot read"), child.err());
        }
        Path spaced = scratch.resolve("s d k");
        Files.createDirectories(spaced.resolve("share/java/tornado"));
        environment.put("TORNADOVM_HOME", spaced.toString());
        try (Child child = launch(home.resolve("bin/apus"), "serve")) {
            assertEquals(2, child.exitCode());
            assertTrue(child.err().contains("has a space"), child.err());
        }
    }

    @Test
    void checkoutIsBuiltAgainForAnSdkThatItWasNotBuiltWith() throws Exception {
        sources();
        script(
                tools.resolve("mvn"),
                "echo \"mvn $*\" >>../mvn.calls; mkdir -p openai-api/target/apus/lib;"
                        + " [ -z \"$TORNADOVM_HOME\" ] || touch openai-api/target/apus/lib/apus-kernels-tornado-1.jar");
        Path launcher = home.resolve("bin/apus");
        launch(launcher, "serve").exitCode();
        launch(launcher, "serve").exitCode();
        assertEquals(1, builds());
        sdk();
        for (int i = 0; i < 2; i++) {
            try (Child child = launch(launcher, "serve")) {
                assertEquals(7, child.exitCode(), child.err());
                assertTrue(withDevices(child.out().lines().toList()), child.out());
            }
            assertEquals(2, builds());
        }
        environment.clear();
        launch(launcher, "serve").exitCode();
        assertEquals(2, builds(), "what it was built with does not matter without one");
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
