package apus.openai.cli;

import apus.format.ApusException;
import apus.openai.ServedModel;
import apus.openai.Version;
import apus.openai.config.Configuration;
import apus.openai.http.ApiServer;
import apus.runtime.Engine;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * {@code apus serve}: listens at once, answers 503 while the model loads, then serves until it is
 * told to stop. SIGTERM and Ctrl-C let running requests finish first; the exit code is then the
 * signal's (143, 130), as for every JVM.
 */
final class ServeCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);

    ServeCommand(Terminal terminal) {
        this.terminal = terminal;
        spec.usageMessage().description("Serve a model over the OpenAI API.");
        spec.addPositional(
                PositionalParamSpec.builder()
                        .index("0")
                        .arity("0..1")
                        .paramLabel("[MODEL]")
                        .hideParamSyntax(true)
                        .type(String.class)
                        .description("The same as --model.")
                        .build());
        SettingOptions.add(spec, group -> true);
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() throws InterruptedException {
        Configuration configuration = SettingOptions.read(spec, terminal);
        ServedModel model = new ServedModel();
        ApiServer server = ApiServer.start(configuration.http(), configuration.api(), model);
        AtomicBoolean serves = new AtomicBoolean();
        Thread onSignal =
                new Thread(
                        () -> {
                            if (serves.get()) {
                                terminal.err().println("apus: stopping; running requests may end");
                            }
                            stop(server, model);
                        },
                        "apus-stop");
        Runtime.getRuntime().addShutdownHook(onSignal);
        try {
            String url = server.addresses().getFirst();
            terminal.err()
                    .println(
                            "apus %s listens on %s and loads %s"
                                    .formatted(Version.TEXT, url, configuration.model()));
            load(configuration, model);
            serves.set(true);
            Banner.print(terminal.out(), configuration, model.engine(), url, sinceStart());
            new CountDownLatch(1).await();
            return ExitCode.OK;
        } finally {
            stop(server, model);
            forget(onSignal);
        }
    }

    private static void load(Configuration configuration, ServedModel model) {
        try {
            model.ready(Engine.open(configuration.model(), configuration.engine()));
        } catch (ApusException e) {
            model.failed(e.getMessage());
            throw e;
        }
    }

    private static void stop(ApiServer server, ServedModel model) {
        server.close();
        model.opened().ifPresent(Engine::close);
    }

    private static Duration sinceStart() {
        Instant now = Instant.now();
        return Duration.between(ProcessHandle.current().info().startInstant().orElse(now), now);
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM ends already, and runs the hook: what it does is done twice without harm.
        }
    }
}
