package apus.openai.hub;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Gets models. What is fetched once stays in the cache; what was interrupted, by Ctrl-C too, goes
 * on where it was.
 *
 * <pre>{@code
 * HubOptions options = new HubOptions(HubOptions.PUBLIC, Optional.empty(), cache, false, HubOptions.CONNECTIONS, Patience.DEFAULT);
 * Path folder = new Hub(options, Progress.SILENT).pull(repository, Revision.MAIN, Needs.MODEL);
 * }</pre>
 */
public final class Hub {
    private final HubOptions options;
    private final HubCache cache;
    private final Progress progress;
    private final DiskSpace space;

    public Hub(HubOptions options, Progress progress) {
        this(options, new HubCache(options.cache()), progress, DiskSpace.REAL);
    }

    Hub(HubOptions options, HubCache cache, Progress progress, DiskSpace space) {
        this.options = options;
        this.cache = cache;
        this.progress = progress;
        this.space = space;
    }

    /**
     * The folder of a revision with everything the purpose needs, of a branch the newest state.
     * Blocks until it is there; an interrupt ends it.
     *
     * @throws HubException if it cannot be had
     */
    public Path pull(Repository repository, Revision revision, Needs needs) {
        if (options.offline() || revision.isCommit()) {
            Optional<Path> cached = cache.complete(repository, revision, needs);
            if (cached.isPresent()) {
                return cached.get();
            }
        }
        if (options.offline()) {
            throw offline(repository, revision, needs);
        }
        try (HubConnection connection =
                        new HubConnection(options.endpoint(), token(), options.patience());
                Crew crew = new Crew(options.connections())) {
            return new Pull(options, cache, progress, space, connection, crew, repository, revision)
                    .run(needs);
        } catch (IOException e) {
            throw new HubException(
                    cache.root() + ": cannot be written: " + e + "; HF_HOME names another folder",
                    e);
        } finally {
            progress.end();
        }
    }

    private HubException offline(Repository repository, Revision revision, Needs needs) {
        String state =
                cache.find(repository, revision)
                        .map(found -> "lacks " + list(cache.missing(repository, found, needs)))
                        .orElse("is not there");
        return new HubException(
                repository
                        + " at revision "
                        + revision
                        + " "
                        + state
                        + " in "
                        + cache.root()
                        + ", and HF_HUB_OFFLINE forbids to fetch it");
    }

    private static String list(List<String> names) {
        return names.size() <= 5
                ? String.join(", ", names)
                : String.join(", ", names.subList(0, 5)) + " and " + (names.size() - 5) + " more";
    }

    /** The token, if it may go to the endpoint: over a network only encrypted. */
    private Optional<Token> token() {
        Origin origin = Origin.of(options.endpoint());
        if (options.token().isEmpty() || origin.https() || origin.loopback()) {
            return options.token();
        }
        Token token = options.token().get();
        if (token.chosen()) {
            throw new HubException(
                    origin
                            + " is not encrypted, so the "
                            + token
                            + " would be there for all to read; use an https address, or unset the token");
        }
        progress.note(
                origin + " is not encrypted, so the token in " + token.origin() + " is not sent");
        return Optional.empty();
    }
}
