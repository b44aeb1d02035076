package apus.openai.cli;

import apus.openai.config.Downloads;
import apus.openai.hub.Hub;
import apus.openai.hub.Progress;
import apus.openai.hub.ProgressBars;
import apus.openai.hub.ProgressLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How downloads are shown: bars to a person, lines to a log. */
final class DownloadProgress {
    private static final Path STANDARD_ERROR = Path.of("/dev/fd/2");

    private DownloadProgress() {}

    static Progress on(Terminal terminal) {
        return terminal.interactive()
                        && !"dumb".equals(terminal.environment().get("TERM"))
                        && errorsAreSeen(STANDARD_ERROR)
                ? new ProgressBars(terminal.err())
                : new ProgressLines(terminal.err());
    }

    /** Models that no cache has are fetched and shown so. */
    static Downloads downloads(Terminal terminal) {
        return (options, repository, revision, needs) ->
                new Hub(options, on(terminal)).pull(repository, revision, needs);
    }

    /**
     * Java tells whether input and output are a terminal, but not errors. Where the system shows
     * what they are, a file and a pipe are none.
     */
    static boolean errorsAreSeen(Path descriptor) {
        try {
            Path target = descriptor.toRealPath();
            return target.startsWith("/dev")
                    && !target.endsWith("null")
                    && !Files.isRegularFile(target);
        } catch (IOException e) {
            // A pipe has no path on Linux; elsewhere there may be no such folder.
            return !Files.exists(descriptor);
        }
    }
}
