package apus.openai.cli;

import apus.openai.config.ModelFolder;
import apus.runtime.ModelReport;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * {@code apus inspect DIR}: what a model is, and whether and why not it can be run. The exit code
 * says the latter: 0 or 1.
 */
final class InspectCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);

    InspectCommand(Terminal terminal) {
        this.terminal = terminal;
        spec.usageMessage()
                .description("Show what a model is, and which backends take it and why not.");
        spec.addPositional(
                PositionalParamSpec.builder()
                        .index("0")
                        .arity("0..1")
                        .paramLabel("[MODEL]")
                        .hideParamSyntax(true)
                        .type(String.class)
                        .description("Folder or cached ORG/NAME; without one the demo model.")
                        .build());
        flag("--json", "Print everything as JSON.");
        flag("--tensors", "List every tensor.");
    }

    private void flag(String name, String description) {
        spec.addOption(
                OptionSpec.builder(name)
                        .type(boolean.class)
                        .initialValue(false)
                        .description(description)
                        .build());
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() {
        String name = spec.commandLine().getParseResult().matchedPositionalValue(0, "");
        Path directory =
                name.isEmpty() ? DemoModel.find() : ModelFolder.find(name, terminal.environment());
        ModelReport report = ModelReport.of(directory);
        boolean json = spec.findOption("--json").getValue();
        boolean tensors = spec.findOption("--tensors").getValue();
        terminal.out().print(json ? InspectJson.of(report) : InspectText.of(report, tensors));
        terminal.out().flush();
        return report.usable() ? ExitCode.OK : ExitCode.SOFTWARE;
    }
}
