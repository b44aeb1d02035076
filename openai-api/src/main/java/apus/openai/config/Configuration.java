package apus.openai.config;

import apus.openai.ApiSettings;
import apus.openai.HttpSettings;
import apus.runtime.EngineOptions;
import java.nio.file.Path;
import java.util.List;

/**
 * Everything the user has chosen, checked.
 *
 * @param http how to listen
 * @param api what requests mean
 * @param engine how to run the model
 * @param model directory of the model
 * @param modelName the model as the user named it
 * @param warnings lines for the user, one per setting that is known but does nothing
 */
public record Configuration(
        HttpSettings http,
        ApiSettings api,
        EngineOptions engine,
        Path model,
        String modelName,
        List<String> warnings) {
    /** Name of the model that comes with the distribution. */
    public static final String DEMO_NAME = "apus-demo";

    public Configuration {
        warnings = List.copyOf(warnings);
    }
}
