package apus.openai.cli;

import apus.openai.config.ConfigurationException;
import apus.openai.config.ConfigurationReader;
import apus.openai.config.PullSettings;
import apus.openai.config.Setting.Group;
import apus.openai.hub.Hub;
import apus.openai.hub.Needs;
import apus.openai.hub.Repository;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code apus pull ORG/NAME[@REVISION]}: fetches a model into the cache and prints its folder, on a
 * line of its own for scripts. Ctrl-C is no harm: the next pull goes on where this one was.
 */
final class PullCommand implements Callable<Integer> {
    private static final String NAME = "ORG/NAME[@REVISION]";

    private final Terminal terminal;
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);

    PullCommand(Terminal terminal) {
        this.terminal = terminal;
        spec.usageMessage()
                .description(
                        "Fetch a model into the cache that the HuggingFace tools share, and print its folder.");
        spec.addPositional(
                PositionalParamSpec.builder()
                        .index("0")
                        .arity("1")
                        .paramLabel(NAME)
                        .hideParamSyntax(true)
                        .type(String.class)
                        .description("The model; without a revision its main branch.")
                        .build());
        SettingOptions.add(spec, group -> group == Group.DOWNLOAD);
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() {
        ParseResult parsed = spec.commandLine().getParseResult();
        String text = parsed.matchedPositionalValue(0, "");
        int at = text.indexOf('@');
        Repository repository =
                Repository.parse(at < 0 ? text : text.substring(0, at))
                        .filter(r -> at != text.length() - 1)
                        .orElseThrow(() ->
                                new ConfigurationException(
                                        "'" + text + "' is not of the form " + NAME));
        Map<String, String> flags = SettingOptions.flags(parsed);
        if (at >= 0 && flags.put("revision", text.substring(at + 1)) != null) {
            throw new ConfigurationException(
                    "the revision is given twice: as --revision and in '" + text + "'");
        }
        PullSettings settings =
                new ConfigurationReader(terminal.environment(), DemoModel::find).readPull(flags);
        settings.warnings().forEach(w -> terminal.err().println("apus: warning: " + w));
        Path folder =
                new Hub(settings.hub(), DownloadProgress.on(terminal))
                        .pull(repository, settings.revision(), Needs.MODEL);
        terminal.out().println(folder);
        return ExitCode.OK;
    }
}
