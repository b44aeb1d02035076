package apus.openai;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationTargetException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The door to the command line: sees to it that the JVM is new enough and has the Vector API, and
 * starts itself again with the flags if it has not. No attribute of a jar can add a module, and a
 * running JVM cannot either. {@code bin/apus} gives the flags at once, so nothing is started twice.
 *
 * <p>Compiled for Java 11, alone, so that an older Java can say what is missing; so it names other
 * classes only as text.
 */
public final class Main {
    private static final int JAVA = 25;
    private static final String VECTORS = "jdk.incubator.vector";
    private static final String RELAUNCH = "apus.relaunch";
    private static final String COMMANDS = "apus.openai.cli.Apus";
    private static final List<String> FLAGS =
            Arrays.asList("--add-modules", VECTORS, "--enable-native-access=ALL-UNNAMED");

    private Main() {}

    public static void main(String[] args) throws Exception {
        int found = Runtime.version().feature();
        if (found < JAVA) {
            System.err.println(
                    "apus: this is Java "
                            + found
                            + " ("
                            + System.getProperty("java.home")
                            + "), but Apus needs Java "
                            + JAVA
                            + " or later; install one, for example from https://adoptium.net");
            System.exit(2);
        }
        boolean missing = ModuleLayer.boot().findModule(VECTORS).isEmpty();
        if (missing && !"false".equals(System.getProperty(RELAUNCH))) {
            System.exit(relaunch(args));
        }
        try {
            Class.forName(COMMANDS).getMethod("main", String[].class).invoke(null, (Object) args);
        } catch (InvocationTargetException e) {
            e.getCause().printStackTrace();
            System.exit(1);
        }
    }

    /** Runs the same program with the flags, as a child on the same terminal. */
    private static int relaunch(String[] args) throws IOException, InterruptedException {
        System.err.println(
                "apus: starting again with --add-modules "
                        + VECTORS
                        + " (bin/apus does so at once; -D"
                        + RELAUNCH
                        + "=false keeps to slow kernels)");
        List<String> command = new ArrayList<>();
        command.add(Paths.get(System.getProperty("java.home"), "bin", "java").toString());
        Path options = options();
        if (options == null) {
            command.addAll(FLAGS);
        } else {
            command.add("@" + options);
        }
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("-D" + RELAUNCH + "=false");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(Main.class.getName());
        command.addAll(Arrays.asList(args));
        Process child = new ProcessBuilder(command).inheritIO().start();
        // A signal reaches this process alone; the child gets it passed on, and the time it needs.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(child), "apus-end"));
        return child.waitFor();
    }

    private static void end(Process child) {
        child.destroy();
        try {
            child.waitFor();
        } catch (InterruptedException e) {
            child.destroyForcibly();
        }
    }

    /** The file with the flags, beside the folder of the jar; null if there is none. */
    private static Path options() {
        try {
            Path code =
                    Paths.get(
                            Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            Path file =
                    code.resolveSibling("..").resolve("conf").resolve("jvm.options").normalize();
            return Files.isReadable(file) ? file : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }
}
