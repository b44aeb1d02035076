package apus.openai.cli;

import apus.openai.Version;
import apus.openai.config.Configuration;
import apus.runtime.Engine;
import apus.runtime.ModelInfo;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Collectors;

/** What {@code serve} says when it is ready. */
final class Banner {
    private Banner() {}

    static void print(
            PrintStream out,
            Configuration configuration,
            Engine engine,
            String url,
            Duration after) {
        ModelInfo model = engine.model();
        String name = configuration.api().servedNames().getFirst();
        boolean chat = engine.chat().available();
        String key =
                configuration.http().apiKeys().isEmpty()
                                && configuration.http().apiKeyFile().isEmpty()
                        ? ""
                        : " -H \"Authorization: Bearer $API_KEY\"";
        out.printf(
                Locale.ROOT,
                """

                Apus %s serves %s at %s/v1, ready after %.1f s
                  model    %s, %s of weights%s, up to %d tokens%s
                  memory   %s: weights %s, keys and values %s, activations %s
                  backend  %s: %s%s%s
                  cache    %s for keys and values of %d tokens

                Try it:
                  curl %s/v1/%s -H 'Content-Type: application/json'%s -d '%s'

                """,
                Version.TEXT,
                String.join(", ", configuration.api().servedNames()),
                url,
                after.toMillis() / 1000.0,
                model.family(),
                Bytes.text(model.weightBytes()),
                model.weightFormat().isEmpty() ? "" : " (" + model.weightFormat() + ")",
                model.maxModelLen(),
                chat ? "" : ", no chat template (completions only)",
                Bytes.text(model.memoryBytes()),
                Bytes.text(model.weightMemoryBytes()),
                Bytes.text(model.kvCacheBytes()),
                Bytes.text(model.workspaceBytes()),
                model.backend(),
                model.device(),
                model.passedOver().stream()
                        .map(why -> "\n           not used: " + why)
                        .collect(Collectors.joining()),
                model.selfCheck().map(check -> "\n  checked  " + check.text()).orElse(""),
                Bytes.text(model.kvCacheBytes()),
                (long) model.kvBlocks() * model.blockSize(),
                url,
                chat ? "chat/completions" : "completions",
                key,
                body(name, chat));
    }

    private static String body(String name, boolean chat) {
        String model = name.replace("\\", "\\\\").replace("\"", "\\\"").replace("'", "'\\''");
        return "{\"model\": \""
                + model
                + "\", "
                + (chat
                        ? "\"messages\": [{\"role\": \"user\", \"content\": \"Hello!\"}]"
                        : "\"prompt\": \"Once upon a time\"")
                + "}";
    }
}
