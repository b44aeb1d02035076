package apus.bench;

import apus.openai.cli.Apus;
import apus.openai.cli.Terminal;
import picocli.CommandLine.Model.CommandSpec;

/** {@code bin/apus bench}. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        Terminal terminal = Terminal.ofProcess();
        CommandSpec command = new BenchCommand(terminal).spec().name("apus bench");
        System.exit(Apus.execute(command, terminal, args));
    }
}
