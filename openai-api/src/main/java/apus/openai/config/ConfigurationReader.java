package apus.openai.config;

import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Joins flags, environment and configuration file, in this precedence, and applies them to the
 * defaults in the order of the table.
 */
public final class ConfigurationReader {
    private static final String FILE = "config-file";

    private final Map<String, String> environment;
    private final Supplier<Path> demoModel;
    private final Optional<Downloads> downloads;

    /**
     * Finds models in caches and fetches none.
     *
     * @param environment usually {@link System#getenv()}
     * @param demoModel directory of the demo model, asked for only if no model is named; may throw
     *     {@link ConfigurationException}
     */
    public ConfigurationReader(Map<String, String> environment, Supplier<Path> demoModel) {
        this(environment, demoModel, Optional.empty());
    }

    /**
     * Fetches a model that no cache has.
     *
     * @param environment usually {@link System#getenv()}
     * @param demoModel directory of the demo model, asked for only if no model is named; may throw
     *     {@link ConfigurationException}
     */
    public ConfigurationReader(
            Map<String, String> environment, Supplier<Path> demoModel, Downloads downloads) {
        this(environment, demoModel, Optional.of(downloads));
    }

    private ConfigurationReader(
            Map<String, String> environment,
            Supplier<Path> demoModel,
            Optional<Downloads> downloads) {
        this.environment = Map.copyOf(environment);
        this.demoModel = demoModel;
        this.downloads = downloads;
    }

    /**
     * @param flags texts by {@link Setting#key}; of a flag given again and again, a JSON list
     * @throws ConfigurationException for the first value that cannot be honoured
     * @throws apus.openai.hub.HubException if a model cannot be fetched
     */
    public Configuration read(Map<String, String> flags) {
        return draft(flags).finish(demoModel);
    }

    /**
     * The settings of a download alone; looks for no model.
     *
     * @param flags as for {@link #read}
     * @throws ConfigurationException for the first value that cannot be honoured
     */
    public PullSettings readPull(Map<String, String> flags) {
        return draft(flags).finishPull();
    }

    private Draft draft(Map<String, String> flags) {
        Draft draft = new Draft();
        downloads.ifPresent(draft.caches::downloads);
        Map<String, Value> fromFlags = flags(flags);
        Map<String, Value> fromEnvironment = environment(draft);
        Map<String, Value> fromFile =
                Optional.ofNullable(fromFlags.getOrDefault(FILE, fromEnvironment.get(FILE)))
                        .map(ConfigurationFile::read)
                        .orElse(Map.of());
        List<Map<String, Value>> sources = List.of(fromFlags, fromEnvironment, fromFile);
        Config config = join(texts(fromFlags), texts(fromEnvironment), texts(fromFile));
        for (Setting setting : Settings.ALL) {
            if (config.get(setting.key()).hasValue()) {
                setting.effect().apply(draft, origin(setting.key(), sources));
            }
        }
        return draft;
    }

    private static Map<String, Value> flags(Map<String, String> flags) {
        Map<String, Value> values = new LinkedHashMap<>();
        flags.forEach((key, text) -> {
            Setting setting =
                    Settings.find(key).orElseThrow(() -> Settings.unknown("flag", "--" + key));
            put(values, setting, text, setting.flag());
        });
        return values;
    }

    private Map<String, Value> environment(Draft draft) {
        Map<String, Value> values = new LinkedHashMap<>();
        for (Setting setting : Settings.ALL) {
            List<String> set = new ArrayList<>();
            for (String variable : setting.environment()) {
                String text = environment.get(variable);
                if (text != null && isGiven(text)) {
                    set.add(variable);
                    if (set.size() == 1) {
                        put(values, setting, text, variable);
                    } else if (!text.equals(environment.get(set.getFirst()))) {
                        draft.warnings.add(
                                variable
                                        + " is ignored, since "
                                        + set.getFirst()
                                        + " means the same and is set too");
                    }
                }
            }
        }
        return values;
    }

    static void put(Map<String, Value> values, Setting setting, String text, String origin) {
        if (isGiven(text)) {
            values.put(setting.key(), new Value(text.strip(), origin, setting.secret()));
        }
    }

    /** The RunPod worker's rule: an empty value and the word None stand for "not set". */
    private static boolean isGiven(String text) {
        return !text.isBlank() && !text.strip().equals("None");
    }

    /** Helidon's own sources and references are off: a template may well contain ${...}. */
    private static Config join(
            Map<String, String> first, Map<String, String> second, Map<String, String> third) {
        return Config.builder(
                        ConfigSources.create(first),
                        ConfigSources.create(second),
                        ConfigSources.create(third))
                .disableEnvironmentVariablesSource()
                .disableSystemPropertiesSource()
                .disableKeyResolving()
                .disableValueResolving()
                .disableFilterServices()
                .build();
    }

    private static Map<String, String> texts(Map<String, Value> values) {
        Map<String, String> texts = new LinkedHashMap<>();
        values.forEach((key, value) -> texts.put(key, value.text()));
        return texts;
    }

    private static Value origin(String key, List<Map<String, Value>> sources) {
        return sources.stream()
                .filter(source -> source.containsKey(key))
                .findFirst()
                .orElseThrow()
                .get(key);
    }
}
