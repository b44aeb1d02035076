package apus.openai.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import apus.runtime.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class MetricsPageTest {
    @Test
    @Timeout(60)
    void docsListEveryFamilyAsTheServerTellsIt() throws IOException {
        String metrics;
        try (Engine engine = Servers.demoEngine();
                ApiServer server = Servers.serving(Servers.settings(), engine)) {
            // Requests by route have no sample, which shows the labels, until one has been counted.
            do {
                metrics = RawClient.get(server, "/metrics").body();
            } while (!metrics.contains("apus:http_requests_total{"));
        }
        String wanted = MetricsPage.render(metrics);
        Path root = Path.of(System.getProperty("apus.testdata")).getParent();
        Path written = Path.of("target", "metrics.md");
        Files.createDirectories(written.getParent());
        Files.writeString(written, wanted);

        assertEquals(
                wanted,
                Files.readString(root.resolve("docs").resolve("metrics.md")),
                "docs/metrics.md is out of date; copy " + written.toAbsolutePath() + " to it");
    }
}
