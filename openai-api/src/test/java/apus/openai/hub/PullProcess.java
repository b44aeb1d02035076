package apus.openai.hub;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** A program of its own that pulls, so that a test can kill it. */
final class PullProcess {
    private PullProcess() {}

    public static void main(String[] args) {
        HubOptions options =
                new HubOptions(
                        URI.create(args[0]),
                        Optional.empty(),
                        Path.of(args[1]),
                        false,
                        2,
                        Quick.PATIENCE);
        new Hub(options, Progress.SILENT).pull(FakeHub.REPOSITORY, Revision.MAIN, Needs.MODEL);
    }
}
