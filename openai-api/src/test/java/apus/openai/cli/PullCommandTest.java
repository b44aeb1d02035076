package apus.openai.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.openai.hub.FakeHub;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class PullCommandTest {
    @TempDir Path home;
    private final FakeHub hub = FakeHub.of("llama2-mha");

    @AfterEach
    void close() throws IOException {
        hub.close();
    }

    private FakeTerminal terminal(String input, String offline) {
        return new FakeTerminal(
                Map.of(
                        "HF_ENDPOINT", hub.address(),
                        "HF_HOME", home.toString(),
                        "HF_HUB_OFFLINE", offline),
                input);
    }

    private FakeTerminal terminal() {
        return terminal("", "0");
    }

    private Path folder() {
        return home.resolve("hub/models--org--name/snapshots").resolve(FakeHub.COMMIT);
    }

    @Test
    void folderOfThePulledModelIsPrinted() {
        FakeTerminal terminal = terminal();

        assertEquals(0, terminal.run("pull", "org/name"), terminal.err());

        assertEquals(folder() + System.lineSeparator(), terminal.out());
        assertTrue(Files.exists(folder().resolve("model.safetensors")));
        assertTrue(terminal.err().contains("apus: fetches 5 files, "), terminal.err());
        assertTrue(terminal.err().contains("(5 of 5)"), terminal.err());
        assertFalse(terminal.err().contains("\033"), terminal.err());
    }

    @Test
    void revisionIsWrittenBehindTheNameOrAsAFlag() {
        assertEquals(0, terminal().run("pull", "org/name@v1.0"));
        assertEquals(0, terminal().run("pull", "--revision", "v1.0", "org/name"));
        assertTrue(Files.exists(home.resolve("hub/models--org--name/refs/v1.0")));

        FakeTerminal unknown = terminal();
        assertEquals(1, unknown.run("pull", "org/name@v9"));
        assertEquals("apus: org/name: there is no revision 'v9'\n", unknown.err());
    }

    @Test
    void mistakesAreOneSentence() {
        assertMistake("'gpt2' is not of the form ORG/NAME[@REVISION]", "pull", "gpt2");
        assertMistake("the revision is given twice", "pull", "a/b@v1", "--revision", "v2");
        assertMistake("'a b' cannot be a revision", "pull", "a/b@a b");
        assertMistake("'a/b@' is not of the form", "pull", "a/b@");
        assertMistake("ORG/NAME", "pull");
        assertMistake("there is no flag named '--port'", "pull", "a/b", "--port", "1");
    }

    private void assertMistake(String message, String... line) {
        FakeTerminal terminal = terminal();
        assertEquals(2, terminal.run(line));
        assertTrue(terminal.err().contains(message), terminal.err());
        assertEquals(1, terminal.err().lines().count(), terminal.err());
        assertEquals(0, hub.requests().size());
    }

    @Test
    void otherCommandsFetchAModelThatIsNotThereOnce() {
        hub.put(
                "chat_template.jinja",
                "{{ messages[0].content }}".getBytes(StandardCharsets.UTF_8));
        String[] line = {"chat", "--model", "org/name", "--kernels", "scalar", "--threads", "1"};

        FakeTerminal first = terminal("/quit\n", "0");
        assertEquals(0, first.run(line), first.err());
        assertTrue(first.err().contains("(6 of 6)"), first.err());
        int requests = hub.requests().size();

        FakeTerminal second = terminal("/quit\n", "0");
        assertEquals(0, second.run(line), second.err());
        assertEquals("", second.err());
        assertEquals(requests, hub.requests().size());
    }

    @Test
    void offlineNothingIsFetched() {
        FakeTerminal pull = terminal("", "1");
        assertEquals(1, pull.run("pull", "org/name"));
        assertTrue(pull.err().contains("HF_HUB_OFFLINE"), pull.err());

        FakeTerminal chat = terminal("", "1");
        assertEquals(2, chat.run("chat", "--model", "org/name"));
        assertTrue(chat.err().contains("HF_HUB_OFFLINE"), chat.err());
        assertEquals(0, hub.requests().size());
    }

    @Test
    void filesAndPipesAreNoTerminals() throws IOException {
        Path log = Files.createFile(home.resolve("log"));
        assertFalse(DownloadProgress.errorsAreSeen(log));
        assertFalse(DownloadProgress.errorsAreSeen(Path.of("/dev/null")));
        assertTrue(DownloadProgress.errorsAreSeen(home.resolve("no/such/folder")));
    }
}
