package apus.openai.config;

import apus.openai.config.Setting.Group;
import apus.openai.config.Setting.Shape;
import java.util.List;
import java.util.stream.Collectors;

/** docs/configuration.md, written from the table. */
final class ConfigurationPage {
    private static final String HEAD =
            """
            # Configuration

            <!-- Written from the table of settings; ConfigurationPageTest compares. -->

            Every setting has one name: the flag `--max-model-len` is the environment variable `MAX_MODEL_LEN` and the key
            `max-model-len` of the configuration file. A flag goes before the environment, the environment before the file, the
            file before the default. `bin/apus serve`, `chat` and `bench` take the settings of model, downloads and engine, `pull`
            those of downloads, `serve` takes all.

            - Names are vLLM's where vLLM has the setting, so start scripts and RunPod templates keep working.
            - `--name value` and `--name=value` are the same; underscores count as dashes. An unknown flag or key is an error.
            - Switches: `--name` is true, `--no-name` false; values are true, false, 1, 0, yes, no, on, off.
            - Lists: separated by commas, as a JSON list, or the flag given again.
            - An empty value and the word `None` stand for "not set".
            - The file is YAML, named by `--config FILE` or `CONFIG_FILE`:

              ```yaml
              model: /models/tinyllama
              served-model-name: [tinyllama, default]
              max-model-len: 2048
              override-generation-config:
                temperature: 0.5
              ```
            - A setting that cannot be honoured stops the start with one sentence and exit code 2.
            - `RUNPOD_API_KEY` and `OPENAI_API_KEY` are variables of clients and are not read.
            """;

    private ConfigurationPage() {}

    static String render() {
        StringBuilder page = new StringBuilder(HEAD);
        for (Group group : Group.values()) {
            List<Setting> settings = Settings.ALL.stream().filter(s -> s.group() == group).toList();
            page.append("\n## ").append(group.title()).append("\n\n");
            if (group == Group.FOREIGN) {
                foreign(page, settings);
            } else {
                page.append("| Flag | Environment | Default | Meaning |\n|---|---|---|---|\n");
                settings.forEach(s -> row(page, s));
            }
        }
        return page.toString();
    }

    private static void row(StringBuilder page, Setting setting) {
        page.append("| `").append(setting.flag());
        if (setting.shape() != Shape.SWITCH) {
            page.append(' ').append(setting.placeholder());
        }
        page.append('`');
        setting.aliases().forEach(a -> page.append(", `").append(a).append('`'));
        page.append(" | ")
                .append(
                        setting.environment().stream()
                                .map(v -> "`" + v + "`")
                                .collect(Collectors.joining(", ")))
                .append(" | ");
        page.append(
                setting.fallbackIsValue()
                        ? "`" + setting.fallback() + "`"
                        : setting.fallback().substring(1, setting.fallback().length() - 1));
        page.append(" | ").append(setting.help()).append(" |\n");
    }

    /** Grouped by what they do, since they differ in nothing else. */
    private static void foreign(StringBuilder page, List<Setting> settings) {
        page.append(
                "As flag, variable in upper case, or key. The first line that a start prints for one of these is its last.\n\n");
        settings.stream()
                .map(Setting::help)
                .distinct()
                .forEach(help ->
                        page.append("- ")
                                .append(help)
                                .append(" ")
                                .append(
                                        settings.stream()
                                                .filter(s -> s.help().equals(help))
                                                .map(s -> "`" + s.flag() + "`")
                                                .collect(Collectors.joining(", ")))
                                .append("\n"));
    }
}
