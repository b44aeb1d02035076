package apus.openai.config;

import apus.openai.ApiSettings;
import apus.openai.HttpSettings;
import apus.openai.hub.Needs;
import apus.openai.hub.Revision;
import apus.runtime.EngineOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What the settings add up to while they are applied one after the other. For one thread. */
public final class Draft {
    final HttpSettings.Builder http = HttpSettings.builder();
    final ApiSettings.Builder api = ApiSettings.builder();
    final EngineOptions.Builder engine = EngineOptions.builder();

    Optional<Value> model = Optional.empty();
    Optional<Value> tokenizer = Optional.empty();
    String revision = "main";
    String tokenizerRevision = "main";
    List<String> servedNames = List.of();
    boolean logRequests;
    boolean neverLogRequests;

    final List<String> apiKeys = new ArrayList<>();
    final List<String> warnings = new ArrayList<>();
    final ModelCaches caches = new ModelCaches();

    Draft() {}

    /** One line for the user. */
    void warn(Value about, String why) {
        warnings.add(about.origin() + " " + why);
    }

    /** Puts the settings that came in pieces together. */
    Configuration finish(Supplier<Path> demoModel) {
        http.apiKeys(List.copyOf(apiKeys));
        http.logRequests(logRequests && !neverLogRequests);
        String name = model.map(Value::text).orElse(Configuration.DEMO_NAME);
        Path directory = model.map(m -> caches.find(m, revision, Use.MODEL)).orElseGet(demoModel);
        tokenizer.ifPresent(t ->
                engine.tokenizer(Optional.of(caches.find(t, tokenizerRevision, Use.TOKENIZER))));
        api.servedNames(servedNames.isEmpty() ? List.of(name) : servedNames);
        return new Configuration(
                http.build(), api.build(), engine.build(), directory, name, List.copyOf(warnings));
    }

    /** The settings of a download alone. */
    PullSettings finishPull() {
        return new PullSettings(
                caches.options(),
                Revision.parse(revision)
                        .orElseThrow(() ->
                                new ConfigurationException(
                                        "'" + revision + "' cannot be a revision")),
                warnings);
    }

    /** What a name is looked up for. */
    enum Use {
        MODEL,
        TOKENIZER;

        Needs needs() {
            return switch (this) {
                case MODEL -> Needs.MODEL;
                case TOKENIZER -> Needs.TOKENIZER;
            };
        }
    }
}
