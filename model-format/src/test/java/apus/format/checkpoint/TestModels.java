package apus.format.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Golden models, copied to where a test may damage them. */
final class TestModels {
    private TestModels() {}

    /** Copies a golden model; returns the copy's folder, made below {@code to}. */
    static Path copy(String name, Path to) throws IOException {
        Path copy = Files.createDirectories(to.resolve(name));
        try (Stream<Path> files = Files.list(original(name))) {
            List<Path> wanted =
                    files.filter(f -> !f.getFileName().toString().equals("golden.json")).toList();
            for (Path file : wanted) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        return copy;
    }

    static Path original(String name) {
        return Path.of(System.getProperty("apus.testdata"), "models", name);
    }
}
