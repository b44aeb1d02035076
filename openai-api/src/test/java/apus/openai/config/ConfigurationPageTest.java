package apus.openai.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class ConfigurationPageTest {
    @Test
    void docsListEverySettingAsTheTableHasIt() throws IOException {
        Path root = Path.of(System.getProperty("apus.testdata")).getParent();
        String wanted = ConfigurationPage.render();
        Path written = Path.of("target", "configuration.md");
        Files.createDirectories(written.getParent());
        Files.writeString(written, wanted);

        assertEquals(
                wanted,
                Files.readString(root.resolve("docs").resolve("configuration.md")),
                "docs/configuration.md is out of date; copy "
                        + written.toAbsolutePath()
                        + " to it");
    }
}
