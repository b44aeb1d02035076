package apus.openai.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.openai.hub.HubOptions;
import apus.openai.hub.Needs;
import apus.openai.hub.Repository;
import apus.openai.hub.Revision;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DownloadSettingsTest {
    @TempDir Path dir;
    private final List<String> fetched = new ArrayList<>();

    private Path fetch(HubOptions options, Repository repository, Revision revision, Needs needs) {
        fetched.add(repository + "@" + revision + " " + needs + " to " + options.cache());
        return dir.resolve("fetched");
    }

    private Configuration read(Map<String, String> environment) {
        return reader(environment).read(Map.of());
    }

    private PullSettings pull(Map<String, String> environment) {
        return reader(environment).readPull(Map.of());
    }

    private ConfigurationReader reader(Map<String, String> environment) {
        Map<String, String> all = new HashMap<>(Map.of("BASE_PATH", "/nonexistent"));
        all.putAll(environment);
        return new ConfigurationReader(all, () -> Path.of("/demo"), this::fetch);
    }

    private String refusal(Map<String, String> environment) {
        return assertThrows(ConfigurationException.class, () -> read(environment)).getMessage();
    }

    private Path snapshot(Path hub, String... names) throws IOException {
        Path repository = hub.resolve("models--org--name");
        Files.createDirectories(repository.resolve("refs"));
        Files.writeString(repository.resolve("refs/main"), "0123abc");
        Path snapshot = Files.createDirectories(repository.resolve("snapshots/0123abc"));
        for (String name : names) {
            Files.writeString(snapshot.resolve(name), "{}");
        }
        return snapshot;
    }

    @Test
    void modelThatIsInNoCacheIsFetched() {
        Configuration c =
                read(
                        Map.of(
                                "MODEL_NAME", "org/name",
                                "MODEL_REVISION", "v2",
                                "TOKENIZER", "org/tok",
                                "TOKENIZER_REVISION", "v3",
                                "HF_HOME", dir.toString()));

        assertEquals(dir.resolve("fetched"), c.model());
        assertEquals(Optional.of(dir.resolve("fetched")), c.engine().tokenizer());
        assertEquals(List.of("org/name"), c.api().servedNames());
        Path hub = dir.resolve("hub");
        assertEquals(
                List.of("org/name@v2 MODEL to " + hub, "org/tok@v3 TOKENIZER to " + hub), fetched);
    }

    @Test
    void modelThatIsCompleteInACacheIsNot() throws IOException {
        Path there = snapshot(dir, "config.json", "model.safetensors", "tokenizer.json");

        assertEquals(
                there,
                read(Map.of("MODEL_NAME", "org/name", "HF_HUB_CACHE", dir.toString())).model());
        assertEquals(List.of(), fetched);
    }

    @Test
    void incompleteModelIsFetchedOrOfflineTakenAsItIs() throws IOException {
        Path half = snapshot(dir, "config.json", "tokenizer.json");
        Map<String, String> environment =
                Map.of("MODEL_NAME", "org/name", "HF_HUB_CACHE", dir.toString());

        assertEquals(dir.resolve("fetched"), read(environment).model());

        Map<String, String> offline = new HashMap<>(environment);
        offline.put("HF_HUB_OFFLINE", "1");
        assertEquals(half, read(offline).model());
        assertEquals(1, fetched.size());
    }

    @Test
    void offlineNothingIsFetched() {
        String message =
                refusal(
                        Map.of(
                                "MODEL_NAME", "org/name",
                                "HF_HUB_OFFLINE", "1",
                                "HF_HOME", dir.toString()));

        assertTrue(message.endsWith(", and HF_HUB_OFFLINE forbids to fetch it"), message);
        assertEquals(List.of(), fetched);
    }

    @Test
    void downloadsGoToTheFirstFolderThatIsChosen() throws IOException {
        Path volume = Files.createDirectories(dir.resolve("volume"));
        Map<String, String> all = new HashMap<>();
        all.put("BASE_PATH", volume.toString());
        assertEquals(volume.resolve("huggingface-cache/hub"), pull(all).hub().cache());
        all.put("HF_HOME", "/h");
        assertEquals(Path.of("/h/hub"), pull(all).hub().cache());
        all.put("HF_HUB_CACHE", "/c");
        assertEquals(Path.of("/c"), pull(all).hub().cache());
        all.put("DOWNLOAD_DIR", "/d");
        assertEquals(Path.of("/d"), pull(all).hub().cache());

        assertEquals(
                Path.of("/x/huggingface/hub"), pull(Map.of("XDG_CACHE_HOME", "/x")).hub().cache());
        assertEquals(
                Path.of(System.getProperty("user.home"), ".cache/huggingface/hub"),
                pull(Map.of()).hub().cache());
    }

    @Test
    void hubAndRevisionAreThePublicOnesUnlessGiven() {
        PullSettings usual = pull(Map.of("HF_HOME", dir.toString()));
        assertEquals(URI.create("https://huggingface.co"), usual.hub().endpoint());
        assertEquals(Revision.MAIN, usual.revision());

        PullSettings other =
                pull(Map.of("HF_ENDPOINT", "http://127.0.0.1:8080/hf/", "REVISION", "v2"));
        assertEquals(URI.create("http://127.0.0.1:8080/hf"), other.hub().endpoint());
        assertEquals(new Revision("v2"), other.revision());
    }

    @Test
    void tokenComesFromTheEnvironmentBeforeALogIn() throws IOException {
        assertEquals(Optional.empty(), pull(Map.of("HF_HOME", dir.toString())).hub().token());

        Files.writeString(dir.resolve("token"), "hf_login");
        String login =
                pull(Map.of("HF_HOME", dir.toString())).hub().token().orElseThrow().toString();
        assertEquals("token from " + dir.resolve("token"), login);

        Path other = Files.writeString(dir.resolve("other"), "hf_other");
        assertEquals(
                "token from " + other,
                pull(Map.of("HF_TOKEN_PATH", other.toString()))
                        .hub()
                        .token()
                        .orElseThrow()
                        .toString());

        String chosen =
                pull(Map.of("HF_HOME", dir.toString(), "HF_TOKEN", "hf_chosen"))
                        .hub()
                        .token()
                        .orElseThrow()
                        .toString();
        assertEquals("token from HF_TOKEN", chosen);
    }

    @Test
    void wrongValuesAreNamedAndTokensNotRepeated() {
        String endpoint = refusal(Map.of("HF_ENDPOINT", "huggingface.co"));
        assertTrue(endpoint.startsWith("HF_ENDPOINT must be an http or https address"), endpoint);
        for (String text : List.of("ftp://h", "https://u:p@h", "https://h?x=1", "https:///x")) {
            assertTrue(refusal(Map.of("HF_ENDPOINT", text)).startsWith("HF_ENDPOINT must be"));
        }

        String token = refusal(Map.of("HF_TOKEN", "hf_se cret"));
        assertTrue(token.startsWith("HF_TOKEN: a token has"), token);
        assertFalse(token.contains("hf_se"), token);

        assertEquals(
                "'a b' cannot be a revision",
                assertThrows(ConfigurationException.class, () -> pull(Map.of("REVISION", "a b")))
                        .getMessage());
    }
}
