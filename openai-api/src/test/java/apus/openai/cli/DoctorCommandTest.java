package apus.openai.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code apus doctor} on this machine, without an SDK. */
final class DoctorCommandTest {
    @TempDir Path scratch;

    private FakeTerminal terminal(Map<String, String> more) {
        Map<String, String> environment =
                new java.util.HashMap<>(Map.of("HF_HOME", scratch.toString()));
        environment.putAll(more);
        return new FakeTerminal(environment, "");
    }

    @Test
    void tellsPeopleWhatThereIsAndThatItWorks() {
        FakeTerminal terminal = terminal(Map.of());
        assertEquals(0, terminal.run("doctor"), terminal.out() + terminal.err());
        for (String part :
                new String[] {
                    "Java ",
                    "processors",
                    "model cache",
                    "TornadoVM SDK",
                    "self-check cpu",
                    "after 24 tokens",
                    "Everything that is there works."
                }) {
            assertTrue(terminal.out().contains(part), terminal.out());
        }
    }

    @Test
    void tellsProgramsWhatDoesNotWork() throws IOException {
        FakeTerminal terminal = terminal(Map.of("TORNADOVM_HOME", scratch.toString()));
        assertEquals(1, terminal.run("doctor", "--json"), terminal.err());
        JsonNode json = new JsonMapper().readTree(terminal.out());
        assertEquals(false, json.get("healthy").asBoolean());
        boolean problem = false;
        for (JsonNode finding : json.get("findings")) {
            for (String key : new String[] {"name", "status", "found", "advice"}) {
                assertTrue(finding.has(key), finding.toString());
            }
            if (finding.get("status").asText().equals("problem")) {
                assertEquals("TornadoVM SDK", finding.get("name").asText());
                problem = true;
            }
        }
        assertTrue(problem, terminal.out());
    }
}
