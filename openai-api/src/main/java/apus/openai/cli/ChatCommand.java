package apus.openai.cli;

import apus.openai.config.Configuration;
import apus.openai.config.ConfigurationException;
import apus.openai.config.Setting.Group;
import apus.runtime.Engine;
import apus.runtime.Sampling;
import apus.runtime.Stops;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * {@code apus chat}: one conversation in the terminal, straight on the engine. A line is a message;
 * {@code /reset} forgets the conversation, {@code /quit} or the end of the input leaves.
 */
final class ChatCommand implements Callable<Integer> {
    private static final String SYSTEM = "--system";
    private static final String TEMPERATURE = "--temperature";
    private static final String MAX_TOKENS = "--max-tokens";

    private final Terminal terminal;
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);

    ChatCommand(Terminal terminal) {
        this.terminal = terminal;
        spec.usageMessage()
                .description(
                        "Chat with a model in the terminal. /reset forgets the conversation, /quit leaves.");
        option(SYSTEM, "TEXT", String.class, "System message before the conversation.");
        option(TEMPERATURE, "T", Double.class, "0 to 2; 0 takes the likeliest. Default: 0.7.");
        option(MAX_TOKENS, "N", Integer.class, "Longest answer. Default: what the context leaves.");
        SettingOptions.add(spec, Group::forEngine);
    }

    private void option(String name, String label, Class<?> type, String description) {
        spec.addOption(
                OptionSpec.builder(name)
                        .type(type)
                        .arity("1")
                        .paramLabel(label)
                        .description(description)
                        .build());
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Configuration configuration = SettingOptions.read(spec, terminal);
        Optional<String> system = Optional.ofNullable(spec.findOption(SYSTEM).getValue());
        Sampling sampling = Sampling.defaults().withTemperature(temperature());
        Stops stops = Stops.after(maxTokens());
        try (Engine engine = Engine.open(configuration.model(), configuration.engine())) {
            if (!engine.chat().available()) {
                throw new ConfigurationException(
                        configuration.modelName()
                                + " has no chat template; give one with --chat-template");
            }
            if (terminal.interactive()) {
                terminal.err()
                        .println(
                                "%s on %s. /reset forgets the conversation, /quit leaves."
                                        .formatted(
                                                configuration.modelName(),
                                                engine.model().device()));
            }
            converse(new Dialogue(engine, system, sampling, stops));
        }
        return ExitCode.OK;
    }

    private double temperature() {
        Double value = spec.findOption(TEMPERATURE).getValue();
        if (value != null && !(value >= 0 && value <= 2)) {
            throw new ConfigurationException(
                    TEMPERATURE + " must be between 0 and 2, found " + value);
        }
        return value == null ? 0.7 : value;
    }

    private int maxTokens() {
        Integer value = spec.findOption(MAX_TOKENS).getValue();
        if (value != null && value < 1) {
            throw new ConfigurationException(MAX_TOKENS + " must be at least 1, found " + value);
        }
        return value == null ? Stops.UNLIMITED : value;
    }

    private void converse(Dialogue dialogue) throws IOException, InterruptedException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(terminal.in(), StandardCharsets.UTF_8));
        while (true) {
            prompt();
            String line = lines.readLine();
            if (line == null || line.strip().equals("/quit")) {
                return;
            }
            if (line.strip().equals("/reset")) {
                dialogue.reset();
            } else if (!line.isBlank()) {
                dialogue.say(line, terminal);
            }
        }
    }

    private void prompt() {
        if (terminal.interactive()) {
            terminal.out().print("> ");
            terminal.out().flush();
        }
    }
}
