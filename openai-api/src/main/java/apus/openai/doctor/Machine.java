package apus.openai.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where to look.
 *
 * @param root of the file system
 * @param environment variables
 */
record Machine(Path root, Map<String, String> environment) {
    private static final int MAX_BYTES = 64 << 10;

    /** A variable that is set and not blank. */
    Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).filter(v -> !v.isBlank());
    }

    /** An absolute path of the machine. */
    Path path(String absolute) {
        return root.resolve(absolute.substring(1));
    }

    /** The text of a small file, without what surrounds it; empty if it cannot be read. */
    static Optional<String> text(Path file) {
        try (var in = Files.newInputStream(file)) {
            return Optional.of(
                    new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Names in a folder that match, sorted; none if there is no such folder. */
    static List<String> names(Path folder, String glob) {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, glob)) {
            files.forEach(file -> names.add(file.getFileName().toString()));
        } catch (IOException e) {
            return List.of();
        }
        Collections.sort(names);
        return names;
    }

    /** A shared library in the places that the dynamic loader knows, or the user added. */
    Optional<Path> library(String name) {
        List<Path> folders = new ArrayList<>();
        variable("LD_LIBRARY_PATH")
                .ifPresent(list -> {
                    for (String folder : list.split(":", -1)) {
                        if (!folder.isEmpty()) {
                            folders.add(Path.of(folder));
                        }
                    }
                });
        for (String folder :
                List.of(
                        "/usr/lib/x86_64-linux-gnu",
                        "/usr/lib/aarch64-linux-gnu",
                        "/lib/x86_64-linux-gnu",
                        "/lib/aarch64-linux-gnu",
                        "/usr/lib64",
                        "/lib64",
                        "/usr/lib",
                        "/usr/local/lib",
                        "/usr/lib/wsl/lib",
                        "/usr/local/nvidia/lib64",
                        "/usr/local/cuda/compat",
                        "/usr/local/cuda/lib64")) {
            folders.add(path(folder));
        }
        return folders.stream().map(f -> f.resolve(name)).filter(Files::exists).findFirst();
    }
}
