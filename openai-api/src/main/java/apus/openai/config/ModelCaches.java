package apus.openai.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where models named ORG/NAME lie: the cache folders of the HuggingFace tools, {@code
 * models--ORG--NAME/snapshots/COMMIT}, with the commit of a branch in {@code refs/BRANCH}.
 */
final class ModelCaches {
    private static final Pattern REPOSITORY =
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}");
    private static final Pattern REVISION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,95}");
    private static final int MAX_REF_BYTES = 200;

    private final List<Path> hubs = new ArrayList<>();
    private Path home = Path.of(System.getProperty("user.home"), ".cache", "huggingface");
    private Path base = Path.of("/runpod-volume");

    /** Looked into first. */
    void hub(Path folder) {
        hubs.add(folder);
    }

    /** HF_HOME. */
    void home(Path folder) {
        home = folder;
    }

    /** BASE_PATH of the RunPod worker. */
    void base(Path folder) {
        base = folder;
    }

    /**
     * The directory (or for a tokenizer, file) that a name means.
     *
     * @throws ConfigurationException if there is none, telling what to do
     */
    Path find(Value name, String revision, Draft.Use use) {
        Optional<Path> local = local(name);
        if (local.isPresent()) {
            return local.get();
        }
        String text = name.text();
        if (looksLikePath(text)) {
            throw new ConfigurationException(name.origin() + ": there is no folder '" + text + "'");
        }
        if (!REPOSITORY.matcher(text).matches()) {
            throw switch (use) {
                case MODEL ->
                        new ConfigurationException(
                                name.origin()
                                        + ": '"
                                        + text
                                        + "' is neither a folder nor ORG/NAME; give the model's folder, and --served-model-name "
                                        + text
                                        + " to serve it under that name");
                case TOKENIZER ->
                        new ConfigurationException(
                                name.origin()
                                        + ": '"
                                        + text
                                        + "' is neither a folder, a tokenizer.json nor ORG/NAME");
            };
        }
        for (Path hub : places()) {
            Optional<Path> snapshot = snapshot(hub, text, revision);
            if (snapshot.isPresent()) {
                return snapshot.get();
            }
        }
        throw new ConfigurationException(
                name.origin()
                        + ": "
                        + text
                        + (revision.equals("main") ? "" : " at revision " + revision)
                        + " is not in "
                        + places()
                        + ", and Apus does not download yet; fetch it (hf download "
                        + text
                        + " --local-dir FOLDER) and give --model FOLDER");
    }

    private static Optional<Path> local(Value name) {
        Path path;
        try {
            path = name.path();
        } catch (ConfigurationException | InvalidPathException e) {
            return Optional.empty();
        }
        return Files.exists(path) ? Optional.of(path) : Optional.empty();
    }

    private static boolean looksLikePath(String text) {
        return text.startsWith("/")
                || text.startsWith("./")
                || text.startsWith("../")
                || text.startsWith("~")
                || text.endsWith("/")
                || text.chars().filter(c -> c == '/').count() > 1;
    }

    private List<Path> places() {
        List<Path> places = new ArrayList<>(hubs);
        places.add(home.resolve("hub"));
        places.add(home);
        places.add(base.resolve("huggingface-cache").resolve("hub"));
        return places.stream().distinct().toList();
    }

    private static Optional<Path> snapshot(Path hub, String repository, String revision) {
        Path folder = hub.resolve("models--" + repository.replace("/", "--"));
        Path snapshots = folder.resolve("snapshots");
        if (!REVISION.matcher(revision).matches() || revision.contains("..")) {
            return Optional.empty();
        }
        Path named = snapshots.resolve(revision);
        if (Files.isDirectory(named)) {
            return Optional.of(named);
        }
        Path ref = folder.resolve("refs").resolve(revision);
        return commit(ref).map(snapshots::resolve).filter(Files::isDirectory);
    }

    private static Optional<String> commit(Path ref) {
        if (!Files.isRegularFile(ref)) {
            return Optional.empty();
        }
        try (var in = Files.newInputStream(ref)) {
            String commit =
                    new String(
                                    in.readNBytes(MAX_REF_BYTES),
                                    java.nio.charset.StandardCharsets.US_ASCII)
                            .strip();
            return commit.matches("[0-9a-fA-F]{7,64}") ? Optional.of(commit) : Optional.empty();
        } catch (IOException e) {
            throw new ConfigurationException(ref + " cannot be read: " + e.getMessage(), e);
        }
    }
}
