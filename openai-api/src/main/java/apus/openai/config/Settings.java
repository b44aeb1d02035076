package apus.openai.config;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The one table of settings: help, documentation, command line, environment and file are all read
 * from it.
 */
public final class Settings {
    /** By group, in the order of help and documentation. */
    public static final List<Setting> ALL =
            Stream.of(
                            ModelSettings.ALL,
                            DownloadSettings.ALL,
                            EngineSettings.ALL,
                            ServerSettings.ALL,
                            RequestSettings.ALL,
                            ForeignSettings.ALL)
                    .flatMap(List::stream)
                    .toList();

    private static final Map<String, Setting> BY_KEY = byKey();

    private Settings() {}

    private static Map<String, Setting> byKey() {
        Map<String, Setting> map = new HashMap<>();
        Set<String> variables = new HashSet<>();
        for (Setting setting : ALL) {
            if (map.put(setting.key(), setting) != null) {
                throw new IllegalStateException("two settings are named " + setting.key());
            }
            for (String variable : setting.environment()) {
                if (!variables.add(variable)) {
                    throw new IllegalStateException("two settings read " + variable);
                }
            }
        }
        return Map.copyOf(map);
    }

    /** The setting of a key; underscores count as dashes. */
    public static Optional<Setting> find(String key) {
        return Optional.ofNullable(BY_KEY.get(key.replace('_', '-')));
    }

    /** The setting that has this flag, its own or another name for it. */
    public static Optional<Setting> findFlag(String flag) {
        Optional<Setting> named =
                flag.startsWith("--") ? find(flag.substring(2)) : Optional.empty();
        return named.isPresent()
                ? named
                : ALL.stream().filter(s -> s.aliases().contains(flag)).findFirst();
    }

    /** What to say of a name that is not in the table. */
    static ConfigurationException unknown(String what, String name) {
        List<String> known =
                name.startsWith("-")
                        ? ALL.stream().map(Setting::flag).toList()
                        : ALL.stream().map(Setting::key).toList();
        return unknown(what, name, known);
    }

    /** What to say of a name that is not among the known ones. */
    public static ConfigurationException unknown(
            String what, String name, Collection<String> known) {
        return new ConfigurationException(
                "there is no "
                        + what
                        + " named '"
                        + name
                        + "'"
                        + Nearest.of(name, known).map(n -> "; did you mean " + n + "?").orElse(""));
    }
}
