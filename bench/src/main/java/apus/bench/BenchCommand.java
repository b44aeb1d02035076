package apus.bench;

import apus.kernels.Quantization;
import apus.openai.cli.SettingOptions;
import apus.openai.cli.Terminal;
import apus.openai.config.Configuration;
import apus.openai.config.ConfigurationException;
import apus.openai.config.Setting.Group;
import apus.runtime.Engine;
import apus.runtime.ModelInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * {@code apus bench}: how fast a model reads prompts and writes answers here, and what share of the
 * memory's speed that is: writing one answer reads every weight once per token, so the memory sets
 * its limit.
 */
final class BenchCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);

    BenchCommand(Terminal terminal) {
        this.terminal = terminal;
        spec.usageMessage().description("Measure the speed of a model.");
        spec.addPositional(
                PositionalParamSpec.builder()
                        .index("0")
                        .arity("0..1")
                        .paramLabel("[MODEL]")
                        .hideParamSyntax(true)
                        .type(String.class)
                        .description("The same as --model.")
                        .build());
        number("--prompt-tokens", 512, "Length of each prompt.");
        number("--generate-tokens", 128, "Length of each answer, as far as it is measured.");
        number("--concurrency", 1, "Requests at a time; decode then counts all of them.");
        number("--repetitions", 5, "Measurements after the warm-up; medians are reported.");
        spec.addOption(
                OptionSpec.builder("--perplexity")
                        .type(Path.class)
                        .arity("1")
                        .paramLabel("FILE")
                        .description(
                                "Measure how well the model foretells this text instead, to compare"
                                        + " formats: --quantization int8, for instance.")
                        .build());
        number("--perplexity-window", 512, "Tokens that are foretold from each other.");
        spec.addOption(
                OptionSpec.builder("--json")
                        .type(boolean.class)
                        .initialValue(false)
                        .description("Print one JSON object.")
                        .build());
        spec.addOption(
                OptionSpec.builder("--overhead")
                        .type(boolean.class)
                        .initialValue(false)
                        .description(
                                "Compare the forward pass alone, the engine and a stream over"
                                        + " HTTP, for one request.")
                        .build());
        SettingOptions.add(spec, Group::forEngine);
    }

    private void number(String name, int fallback, String description) {
        spec.addOption(
                OptionSpec.builder(name)
                        .type(Integer.class)
                        .initialValue(fallback)
                        .arity("1")
                        .paramLabel("N")
                        .description(description + " Default: " + fallback + ".")
                        .build());
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Configuration configuration = SettingOptions.read(spec, terminal);
        Load load =
                new Load(
                        value("--prompt-tokens", 1),
                        value("--generate-tokens", 2),
                        value("--concurrency", 1));
        int repetitions = value("--repetitions", 1);
        int window = value("--perplexity-window", 2);
        Path text = spec.findOption("--perplexity").getValue();
        Quantization quantization =
                configuration
                        .engine()
                        .quantization()
                        .flatMap(Quantization::of)
                        .orElse(Quantization.NONE);
        WeightTraffic traffic = WeightTraffic.of(configuration.model(), quantization);
        Outcome outcome;
        try (Engine engine = Engine.open(configuration.model(), configuration.engine())) {
            ModelInfo model = engine.model();
            if (text != null) {
                Perplexity perplexity = Perplexity.of(engine, text, window);
                print(
                        perplexity.json(model, traffic.format()),
                        perplexity.text(model, traffic.format()));
                return ExitCode.OK;
            }
            check(load, model);
            terminal.err()
                    .printf("apus bench: %s on %s%n", configuration.modelName(), model.device());
            if (spec.findOption("--overhead").<Boolean>getValue()) {
                Overhead overhead = Overhead.measure(configuration, engine, load, repetitions);
                print(overhead.json(), overhead.text());
                return ExitCode.OK;
            }
            Speed speed = new EngineRun(engine, load).measure(repetitions);
            double limit = ReadLimit.measure(model.threads(), repetitions);
            outcome = new Outcome(model, load, repetitions, traffic, speed, limit);
        }
        print(outcome.json(), outcome.text());
        return ExitCode.OK;
    }

    private void print(String json, String text) {
        terminal.out().print(spec.findOption("--json").<Boolean>getValue() ? json : text);
        terminal.out().flush();
    }

    private int value(String option, int least) {
        int value = spec.findOption(option).getValue();
        if (value < least) {
            throw new ConfigurationException(
                    option + " must be at least " + least + ", found " + value);
        }
        return value;
    }

    private static void check(Load load, ModelInfo model) {
        if (load.length() > model.maxModelLen()) {
            throw new ConfigurationException(
                    "--prompt-tokens and --generate-tokens are "
                            + load.length()
                            + " together, but the context is "
                            + model.maxModelLen());
        }
        long room = load.room(model);
        if (room < load.length()) {
            throw new ConfigurationException(
                    load.concurrency()
                            + " requests of "
                            + load.length()
                            + " tokens do not fit into the cache of "
                            + (long) model.kvBlocks() * model.blockSize()
                            + " tokens at a time; raise --kv-cache-memory");
        }
    }
}
