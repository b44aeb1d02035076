package apus.openai.cli;

import apus.openai.ServedModel;
import apus.openai.Version;
import apus.openai.config.Configuration;
import apus.openai.http.ApiServer;
import apus.runtime.Engine;
import apus.runtime.EngineOptions;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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
    /** So long the kernels may be warmed up: the server has barely started by then. */
    private static final Duration WARM_UP = Duration.ofMillis(250);

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
        CompletableFuture<Engine> opening = open(configuration);
        ApiServer server;
        try {
            server = ApiServer.start(configuration.http(), configuration.api(), model);
        } catch (RuntimeException e) {
            CompletableFuture<Void> _ = opening.thenAccept(Engine::close);
            throw e;
        }
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
            load(opening, model);
            serves.set(true);
            Banner.print(terminal.out(), configuration, model.engine(), url, ProcessAge.now());
            new CountDownLatch(1).await();
            return ExitCode.OK;
        } finally {
            stop(server, model);
            forget(onSignal);
        }
    }

    /** Opens the model while the server starts: both take as long, and neither needs the other. */
    private static CompletableFuture<Engine> open(Configuration configuration) {
        EngineOptions options = configuration.engine().change().warmUp(WARM_UP).build();
        return CompletableFuture.supplyAsync(
                () -> Engine.open(configuration.model(), options),
                Thread.ofPlatform().name("apus-open").daemon()::start);
    }

    private static void load(CompletableFuture<Engine> opening, ServedModel model) {
        try {
            model.ready(opening.join());
        } catch (CompletionException e) {
            model.failed(e.getCause().getMessage());
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                default -> throw e;
            }
        }
    }

    private static void stop(ApiServer server, ServedModel model) {
        server.close();
        model.opened().ifPresent(Engine::close);
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM ends already, and runs the hook: what it does is done twice without harm.
        }
    }
}
