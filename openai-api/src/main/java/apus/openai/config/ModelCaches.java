package apus.openai.config;

import apus.openai.config.Draft.Use;
import apus.openai.hub.HubCache;
import apus.openai.hub.HubOptions;
import apus.openai.hub.Needs;
import apus.openai.hub.Patience;
import apus.openai.hub.Repository;
import apus.openai.hub.Revision;
import apus.openai.hub.Token;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where models named ORG/NAME lie, and where they are fetched from if they do not. */
final class ModelCaches {
    private final List<Path> hubs = new ArrayList<>();
    private Path defaultHome = Path.of(System.getProperty("user.home"), ".cache", "huggingface");
    private Optional<Path> home = Optional.empty();
    private Path base = Path.of("/runpod-volume");
    private URI endpoint = HubOptions.PUBLIC;
    private Optional<Token> token = Optional.empty();
    private Optional<Path> tokenFile = Optional.empty();
    private boolean offline;
    private Optional<Downloads> downloads = Optional.empty();

    /** Looked into first. */
    void hub(Path folder) {
        hubs.add(folder);
    }

    /** HF_HOME. */
    void home(Path folder) {
        home = Optional.of(folder);
    }

    /** What HF_HOME is if it is not given. */
    void defaultHome(Path folder) {
        defaultHome = folder;
    }

    /** BASE_PATH of the RunPod worker. */
    void base(Path folder) {
        base = folder;
    }

    void endpoint(URI address) {
        endpoint = address;
    }

    void token(Token chosen) {
        token = Optional.of(chosen);
    }

    void tokenFile(Path file) {
        tokenFile = Optional.of(file);
    }

    void offline(boolean value) {
        offline = value;
    }

    /** Without this, nothing is ever fetched. */
    void downloads(Downloads way) {
        downloads = Optional.of(way);
    }

    /** Which hub, as whom, and where files go. */
    HubOptions options() {
        Path tokens = tokenFile.orElse(home.orElse(defaultHome).resolve("token"));
        return new HubOptions(
                endpoint,
                // Whoever stays off the network needs no token, be its file readable or not.
                offline ? Optional.empty() : token.or(() -> Token.in(tokens)),
                target(),
                offline,
                HubOptions.CONNECTIONS,
                Patience.DEFAULT);
    }

    private Path target() {
        if (!hubs.isEmpty()) {
            return hubs.getFirst();
        }
        // A mounted volume outlives the worker's own disk.
        return home.isEmpty() && Files.isDirectory(base) ? baseHub() : homeHub();
    }

    private Path homeHub() {
        return home.orElse(defaultHome).resolve("hub");
    }

    private Path baseHub() {
        return base.resolve("huggingface-cache").resolve("hub");
    }

    /**
     * The directory (or for a tokenizer, file) that a name means; fetched if need be.
     *
     * @throws ConfigurationException if there is none, telling what to do
     * @throws apus.openai.hub.HubException if it cannot be fetched
     */
    Path find(Value name, String revision, Use use) {
        Optional<Path> local = local(name);
        if (local.isPresent()) {
            return local.get();
        }
        String text = name.text();
        if (looksLikePath(text)) {
            throw new ConfigurationException(name.origin() + ": there is no folder '" + text + "'");
        }
        Repository repository =
                Repository.parse(text).orElseThrow(() -> neitherFolderNorName(name, use));
        return cachedOrFetched(
                name,
                repository,
                Revision.parse(revision)
                        .orElseThrow(() ->
                                new ConfigurationException(
                                        "'" + revision + "' cannot be the revision of a model")),
                use.needs());
    }

    private Path cachedOrFetched(
            Value name, Repository repository, Revision revision, Needs needs) {
        List<HubCache> caches = places().stream().map(HubCache::new).toList();
        for (HubCache cache : caches) {
            Optional<Path> complete = cache.complete(repository, revision, needs);
            if (complete.isPresent()) {
                return complete.get();
            }
        }
        if (downloads.isPresent() && !offline) {
            return downloads.get().fetch(options(), repository, revision, needs);
        }
        // What an incomplete one lacks is best said by whoever opens it.
        return caches.stream()
                .flatMap(cache -> cache.find(repository, revision).stream())
                .findFirst()
                .orElseThrow(() -> notThere(name, revision));
    }

    private ConfigurationException neitherFolderNorName(Value name, Use use) {
        String text = name.text();
        return switch (use) {
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

    private ConfigurationException notThere(Value name, Revision revision) {
        return new ConfigurationException(
                name.origin()
                        + ": "
                        + name.text()
                        + (revision.equals(Revision.MAIN) ? "" : " at revision " + revision)
                        + " is not in "
                        + places()
                        + (offline
                                ? ", and HF_HUB_OFFLINE forbids to fetch it"
                                : "; fetch it with apus pull " + name.text()));
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
        places.add(homeHub());
        places.add(home.orElse(defaultHome));
        places.add(baseHub());
        return places.stream().distinct().toList();
    }
}
