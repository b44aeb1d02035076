package apus.openai.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.openai.config.Setting;
import apus.openai.config.Settings;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CommandLineTest {
    private static final String DEMO = System.getProperty("apus.demoModel");

    @TempDir Path dir;

    private final FakeTerminal terminal = new FakeTerminal(Map.of(), "");

    @Test
    void helpOfServeNamesEverySetting() {
        assertEquals(0, terminal.run("serve", "--help"));
        for (Setting setting : Settings.ALL) {
            String name = setting.key();
            assertTrue(
                    terminal.out().contains("--" + name)
                            || terminal.out().contains("--[no-]" + name),
                    name);
        }
        assertTrue(terminal.out().contains("[OPENAI_SERVED_MODEL_NAME_OVERRIDE,"));
    }

    @Test
    void helpOfChatHasNoServerSettings() {
        assertEquals(0, terminal.run("chat", "--help"));
        assertTrue(terminal.out().contains("--max-model-len"));
        assertTrue(terminal.out().contains("--system"));
        assertFalse(terminal.out().contains("--port"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "serve --max-modl-len 5|there is no flag named '--max-modl-len'; did you mean --max-model-len?",
                "serve --prot=1|there is no flag named '--prot'; did you mean --port?",
                "serve --port abc|--port must be a whole number between 0 and 65535, found 'abc'",
                "serve --model mistral:latest|--served-model-name mistral:latest",
                "serve a b|there is an argument too many: 'b'",
                "serve /tmp --model /tmp|the model is given twice",
                "serve --strict-params=perhaps|--strict-params must be true or false",
                "serve --tensor-parallel-size 2|--tensor-parallel-size must be 1",
                "serve --enable-lora|--enable-lora cannot be true",
                "serve --port|--port",
                "chat --port 5|there is no flag named '--port'",
                "chat --temperature 3|--temperature must be between 0 and 2",
                "chat --max-tokens 0|--max-tokens must be at least 1",
                "bogus|there is an argument too many: 'bogus'",
                "inspect --jsn|did you mean --json?",
            })
    void mistakesAreOneSentenceAndExitCode2(String line, String message) {
        assertEquals(2, terminal.run(line.split(" ")));
        assertTrue(terminal.err().contains(message), terminal.err());
        assertEquals(1, terminal.err().lines().count(), terminal.err());
        assertEquals("", terminal.out());
    }

    @Test
    void noCommandIsAMistakeToo() {
        assertEquals(2, terminal.run());
    }

    @Test
    void versionIsShown() {
        assertEquals(0, terminal.run("--version"));
        assertTrue(terminal.out().startsWith("apus "), terminal.out());
    }

    @Test
    void inspectDescribesTheModel() {
        assertEquals(0, terminal.run("inspect", DEMO));
        assertTrue(terminal.out().contains("family          llama"), terminal.out());
        assertTrue(terminal.out().contains("4,951,296 parameters"), terminal.out());
        assertTrue(terminal.out().contains("backend cpu     takes it: Vector API"), terminal.out());
        assertTrue(
                terminal.out().contains("memory          15.4 MiB: weights 9.4 MiB"),
                terminal.out());
    }

    @Test
    void inspectWritesJson() throws IOException {
        assertEquals(0, terminal.run("inspect", "--json", DEMO));
        JsonNode json = new JsonMapper().readTree(terminal.out());
        assertTrue(json.get("usable").booleanValue());
        assertEquals(6, json.at("/spec/layers").intValue());
        assertEquals(56, json.get("tensors").size());
        assertEquals(2048, json.at("/tokenizer/vocab_size").intValue());
        assertTrue(json.at("/backends/0/takes").booleanValue());
    }

    @Test
    void inspectOfADamagedModelReportsAndFails() throws IOException {
        Files.writeString(dir.resolve("config.json"), "{\"architectures\": [\"Nonesuch\"]}");

        assertEquals(1, terminal.run("inspect", dir.toString()));
        assertTrue(terminal.out().contains("Nonesuch"), terminal.out());
        assertTrue(terminal.out().contains("cannot be served"), terminal.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"chat", "serve --port 0"})
    void modelThatCannotBeOpenedIsExitCode1(String line) throws IOException {
        Files.writeString(dir.resolve("config.json"), "{}");

        assertEquals(1, terminal.run((line + " --model " + dir).split(" ")));
        assertTrue(terminal.err().contains("model.safetensors"), terminal.err());
        assertFalse(terminal.err().contains("\tat "), terminal.err());
    }

    @Test
    void warningsAreGivenOncePerSetting() throws IOException {
        FakeTerminal warned = new FakeTerminal(Map.of("SWAP_SPACE", "4"), "");
        Files.writeString(dir.resolve("config.json"), "{}");
        warned.run("chat", "--model", dir.toString(), "--enforce-eager", "--cpu-offload-gb", "4");

        assertEquals(
                2,
                warned.err().lines().filter(l -> l.startsWith("apus: warning: ")).count(),
                warned.err());
    }
}
