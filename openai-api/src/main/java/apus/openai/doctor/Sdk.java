package apus.openai.doctor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A TornadoVM SDK as its folder shows it.
 *
 * @param variable that names the folder
 * @param folder as given
 */
record Sdk(String variable, Path folder) {
    private static final String JARS = "share/java/tornado";
    private static final String DRIVER = "tornado-drivers-";

    /** The one that bin/apus takes. */
    static Optional<Sdk> of(Machine machine) {
        for (String variable : List.of("TORNADOVM_HOME", "TORNADO_SDK")) {
            Optional<String> folder = machine.variable(variable);
            if (folder.isPresent()) {
                return Optional.of(new Sdk(variable, Path.of(folder.get())));
            }
        }
        return Optional.empty();
    }

    /** Whether this is the folder of an SDK at all. */
    boolean complete() {
        return Files.isDirectory(folder.resolve(JARS))
                && (Files.exists(folder.resolve("tornado-argfile"))
                        || Files.exists(folder.resolve("tornado-argfile.template")));
    }

    /** {@code 5.2.0-jdk25}; empty if nothing says so. */
    Optional<String> version() {
        return Machine.names(folder.resolve(JARS), "tornado-api-*.jar").stream()
                .map(name -> name.substring("tornado-api-".length(), name.length() - 4))
                .findFirst();
    }

    /** What it drives: opencl, cuda, ptx, spirv, metal. */
    List<String> backends() {
        return Machine.names(folder.resolve(JARS), DRIVER + "*.jar").stream()
                .map(name -> name.substring(DRIVER.length()).replaceFirst("-.*", ""))
                .filter(name -> !name.equals("common"))
                .distinct()
                .toList();
    }
}
