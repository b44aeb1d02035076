package apus.openai.cli;

import apus.format.ApusException;
import apus.openai.Version;
import apus.openai.config.ConfigurationException;
import apus.openai.config.Settings;
import apus.openai.http.ListenException;
import apus.runtime.RequestException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The commands, and what their ends mean: 0 done, 1 it failed, 2 it was asked for something that
 * cannot be. Errors are one sentence on standard error; a stack trace is a bug.
 */
public final class Apus {
    private Apus() {}

    /** Called by {@link apus.openai.Main} once the JVM is as it should be. Ends the JVM. */
    public static void main(String[] args) {
        System.exit(run(args, Terminal.ofProcess()));
    }

    /** Runs one command and returns its exit code. */
    public static int run(String[] args, Terminal terminal) {
        CommandSpec root =
                CommandSpec.wrapWithoutInspection((Callable<Integer>) () -> usage(terminal))
                        .name("apus")
                        .version("apus " + Version.TEXT);
        root.usageMessage()
                .description("OpenAI-compatible server for language models, in pure Java.")
                .footer(
                        "",
                        "Each command explains itself: apus serve --help.",
                        "apus bench measures speed; it is a program of its own (bin/apus bench --help).");
        root.addSubcommand("serve", new ServeCommand(terminal).spec());
        root.addSubcommand("chat", new ChatCommand(terminal).spec());
        root.addSubcommand("inspect", new InspectCommand(terminal).spec());
        root.addSubcommand("pull", new PullCommand(terminal).spec());
        root.addSubcommand("doctor", new DoctorCommand(terminal).spec());
        root.addOption(
                OptionSpec.builder("-V", "--version")
                        .versionHelp(true)
                        .type(boolean.class)
                        .description("Show the version.")
                        .build());
        return execute(root, terminal, args);
    }

    private static int usage(Terminal terminal) {
        terminal.err()
                .println(
                        "apus: give a command: serve, chat, inspect, pull, doctor or bench; see apus --help");
        return ExitCode.USAGE;
    }

    /** Parses and runs any command that takes settings, with the conventions of all of them. */
    public static int execute(CommandSpec command, Terminal terminal, String... args) {
        ConsoleLog.install(terminal.err());
        addHelp(command);
        command.subcommands().values().forEach(c -> addHelp(c.getCommandSpec()));
        return new CommandLine(command)
                .setOut(writer(terminal.out()))
                .setErr(writer(terminal.err()))
                .setExpandAtFiles(false)
                .setUsageHelpAutoWidth(true)
                .setParameterExceptionHandler((e, a) -> refuse(e, terminal))
                .setExecutionExceptionHandler((e, c, r) -> failed(e, terminal))
                .execute(Arguments.normalise(args));
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
    }

    private static void addHelp(CommandSpec command) {
        command.addOption(
                OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .type(boolean.class)
                        .description("Show this help.")
                        .build());
        command.usageMessage().sortOptions(false).abbreviateSynopsis(true);
    }

    private static int refuse(ParameterException e, Terminal terminal) {
        CommandSpec command = e.getCommandLine().getCommandSpec();
        String message =
                e instanceof UnmatchedArgumentException unmatched
                        ? unmatched(unmatched.getUnmatched(), command)
                        : e.getMessage();
        terminal.err()
                .println("apus: " + message + " (see " + command.qualifiedName() + " --help)");
        return ExitCode.USAGE;
    }

    private static String unmatched(List<String> arguments, CommandSpec command) {
        String first = arguments.getFirst();
        if (!first.startsWith("-")) {
            return "there is an argument too many: '" + first + "'";
        }
        int equals = first.indexOf('=');
        return Settings.unknown(
                        "flag",
                        equals < 0 ? first : first.substring(0, equals),
                        command.optionsMap().keySet())
                .getMessage();
    }

    private static int failed(Exception e, Terminal terminal) {
        return switch (e) {
            case ConfigurationException c -> fail(terminal, c, ExitCode.USAGE);
            // An option that contradicts the model.
            case RequestException r -> fail(terminal, r, ExitCode.USAGE);
            case ListenException l -> fail(terminal, l, ExitCode.USAGE);
            case ApusException a -> fail(terminal, a, ExitCode.SOFTWARE);
            default -> {
                terminal.err().println("apus: this is a bug in Apus:");
                e.printStackTrace(terminal.err());
                yield ExitCode.SOFTWARE;
            }
        };
    }

    private static int fail(Terminal terminal, ApusException e, int code) {
        terminal.err().println("apus: " + e.getMessage());
        return code;
    }
}
