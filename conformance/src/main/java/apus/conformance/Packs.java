package apus.conformance;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Folders of reference outputs, found by what lies in them: below a folder of the project, and to
 * any depth below the folders that the environment variable {@code APUS_CONFORMANCE} lists, as
 * {@code PATH} lists its own. Whoever has another pack of the same layout names its folder there.
 */
public final class Packs {
    /** Environment variable with the folders to search. */
    public static final String VARIABLE = "APUS_CONFORMANCE";

    /** What is in a pack. */
    public enum Kind {
        /** {@code config.json} and {@code golden.json}. */
        MODEL,
        /** {@code tokenizer.json} and {@code golden.json}, and no configuration of a model. */
        TOKENIZER,
        /** {@code manifest.json}. */
        TEMPLATES;

        boolean isIn(Path dir) {
            return switch (this) {
                case MODEL -> has(dir, "config.json") && has(dir, "golden.json");
                case TOKENIZER ->
                        has(dir, "tokenizer.json")
                                && has(dir, "golden.json")
                                && !has(dir, "config.json");
                case TEMPLATES -> has(dir, "manifest.json");
            };
        }

        private static boolean has(Path dir, String file) {
            return Files.isRegularFile(dir.resolve(file));
        }
    }

    /** A path list with a mistake, the root of a disk say, must end with an error and not never. */
    static final int MAX_FOLDERS = 100_000;

    private static final int MAX_DEPTH = 64;

    private final List<Path> roots;

    private Packs(List<Path> roots) {
        this.roots = List.copyOf(roots);
    }

    /**
     * The folders of {@code APUS_CONFORMANCE} alone.
     *
     * @throws IllegalArgumentException if it names one that is not there
     */
    public static Packs named() {
        return new Packs(roots(System.getenv(VARIABLE)));
    }

    /**
     * A folder of the project, and those of {@code APUS_CONFORMANCE}.
     *
     * @throws IllegalArgumentException if one is not there
     */
    public static Packs with(Path own) {
        return of(own, System.getenv(VARIABLE));
    }

    static Packs of(Path own, String list) {
        List<Path> roots = new ArrayList<>();
        roots.add(existing(own));
        roots.addAll(roots(list));
        return new Packs(roots);
    }

    private static List<Path> roots(String list) {
        List<Path> roots = new ArrayList<>();
        if (list != null) {
            for (String folder : list.split(File.pathSeparator, -1)) {
                if (!folder.isBlank()) {
                    roots.add(existing(Path.of(folder.strip())));
                }
            }
        }
        return roots;
    }

    private static Path existing(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException(
                    folder + ": there is no such folder (" + VARIABLE + " lists folders)");
        }
        return folder;
    }

    /**
     * All packs of a kind, those of the earlier folders first, by path within each. A pack that
     * lies in two places, by link or as a copy of every byte under the same name, comes once: where
     * it was found first.
     */
    public List<Path> find(Kind kind) {
        List<Path> found = new ArrayList<>();
        for (Path root : roots) {
            for (Path dir : folders(root)) {
                if (kind.isIn(dir) && found.stream().noneMatch(other -> same(other, dir))) {
                    found.add(dir);
                }
            }
        }
        return found;
    }

    /** Follows links, once around each circle. */
    private static Set<Path> folders(Path root) {
        Set<Path> folders = new TreeSet<>(Comparator.comparing(Path::toString));
        try {
            Files.walkFileTree(
                    root,
                    EnumSet.of(FileVisitOption.FOLLOW_LINKS),
                    MAX_DEPTH,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult preVisitDirectory(Path d, BasicFileAttributes a) {
                            if (folders.size() == MAX_FOLDERS) {
                                throw new IllegalArgumentException(
                                        root
                                                + ": more than "
                                                + MAX_FOLDERS
                                                + " folders; name the packs' folder more closely");
                            }
                            folders.add(d);
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFileFailed(Path file, IOException e) {
                            if (!(e instanceof FileSystemLoopException)) {
                                System.err.println("conformance: left out " + file + ": " + e);
                            }
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return folders;
    }

    private static boolean same(Path a, Path b) {
        try {
            if (a.toRealPath().equals(b.toRealPath())) {
                return true;
            }
            List<Path> files = files(a);
            if (!a.getFileName().equals(b.getFileName())
                    || files.size() != files(b).size()
                    || files.isEmpty()) {
                return false;
            }
            for (Path file : files) {
                Path other = b.resolve(file.getFileName());
                if (!Files.isRegularFile(other) || Files.mismatch(file, other) >= 0) {
                    return false;
                }
            }
            // A folder of folders (templates, their texts) is more than its own files.
            return folders(a).size() == 1 && folders(b).size() == 1;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> files(Path dir) throws IOException {
        try (var files = Files.list(dir)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    /** For the output of a suite: where packs were looked for. */
    @Override
    public String toString() {
        return roots.toString();
    }
}
