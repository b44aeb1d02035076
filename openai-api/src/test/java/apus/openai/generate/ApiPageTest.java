package apus.openai.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ApiPageTest {
    @Test
    void docsListEveryParameterAsTheTableHasIt() throws IOException {
        Path root = Path.of(System.getProperty("apus.testdata")).getParent();
        String wanted = ApiPage.render();
        Path written = Path.of("target", "api.md");
        Files.createDirectories(written.getParent());
        Files.writeString(written, wanted);

        assertEquals(
                wanted,
                Files.readString(root.resolve("docs").resolve("api.md")),
                "docs/api.md is out of date; copy " + written.toAbsolutePath() + " to it");
    }
}
