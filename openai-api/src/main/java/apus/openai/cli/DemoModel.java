package apus.openai.cli;

import apus.openai.config.Configuration;
import apus.openai.config.ConfigurationException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Optional;

/** The folder of the model that comes with the distribution. */
public final class DemoModel {
    private static final int LEVELS = 4;

    private DemoModel() {}

    /**
     * Looks in {@code models} of the folder that the system property {@code apus.home} names; or
     * else of the folders above this class's jar, or above its classes in a source checkout.
     *
     * @throws ConfigurationException if it is not there
     */
    public static Path find() {
        String home = System.getProperty("apus.home");
        Optional<Path> found =
                home != null ? in(Path.of(home)) : codeSource().flatMap(DemoModel::above);
        return found.orElseThrow(() ->
                new ConfigurationException(
                        "the demo model is not beside this program; give a model's folder with --model"));
    }

    private static Optional<Path> above(Path code) {
        Path folder = code;
        for (int i = 0; i < LEVELS && folder != null; i++) {
            Optional<Path> found = in(folder);
            if (found.isPresent()) {
                return found;
            }
            folder = folder.getParent();
        }
        return Optional.empty();
    }

    private static Optional<Path> in(Path home) {
        Path model = home.resolve("models").resolve(Configuration.DEMO_NAME);
        return Files.exists(model.resolve("config.json")) ? Optional.of(model) : Optional.empty();
    }

    private static Optional<Path> codeSource() {
        CodeSource source = DemoModel.class.getProtectionDomain().getCodeSource();
        try {
            return source == null
                    ? Optional.empty()
                    : Optional.of(Path.of(source.getLocation().toURI()));
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }
}
