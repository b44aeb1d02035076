package apus.openai.config;

import apus.openai.config.Draft.Use;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The folder of a model for commands that run nothing and so take no settings. */
public final class ModelFolder {
    private static final List<String> PLACES =
            List.of("download-dir", "hf-hub-cache", "xdg-cache-home", "hf-home", "base-path");

    private ModelFolder() {}

    /**
     * Like {@code --model}, with the caches that the environment names.
     *
     * @throws ConfigurationException if it is neither a folder nor ORG/NAME of a cached model
     */
    public static Path find(String name, Map<String, String> environment) {
        Draft draft = new Draft();
        for (String key : PLACES) {
            Setting setting = Settings.find(key).orElseThrow();
            for (String variable : setting.environment()) {
                String text = environment.getOrDefault(variable, "");
                if (!text.isBlank()) {
                    setting.effect().apply(draft, new Value(text, variable));
                    break;
                }
            }
        }
        return draft.caches.find(new Value(name, "the model"), "main", Use.MODEL);
    }
}
