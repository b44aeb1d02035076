package apus.openai.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ModelNamesTest {
    @TempDir Path dir;

    private static Configuration read(Map<String, String> environment) {
        return new ConfigurationReader(environment, () -> Path.of("/demo")).read(Map.of());
    }

    private static String refusal(Map<String, String> environment) {
        return assertThrows(ConfigurationException.class, () -> read(environment)).getMessage();
    }

    @Test
    void folderIsServedUnderItsNameAsGiven() {
        Configuration c = read(Map.of("MODEL_NAME", dir.toString()));

        assertEquals(dir, c.model());
        assertEquals(List.of(dir.toString()), c.api().servedNames());
    }

    @Test
    void anyNameCanBeServed() {
        Configuration c =
                read(
                        Map.of(
                                "MODEL_NAME",
                                dir.toString(),
                                "OPENAI_SERVED_MODEL_NAME_OVERRIDE",
                                "mistral:latest, a/b"));

        assertEquals(List.of("mistral:latest", "a/b"), c.api().servedNames());
    }

    @Test
    void nameThatIsNeitherFolderNorRepositoryPointsToTheServedName() {
        String message = refusal(Map.of("MODEL_NAME", "mistral:latest"));

        assertTrue(message.contains("--served-model-name mistral:latest"), message);
    }

    @Test
    void missingFolderIsNamed() {
        assertEquals(
                "MODEL_NAME: there is no folder './nowhere'",
                refusal(Map.of("MODEL_NAME", "./nowhere")));
    }

    @Test
    void cachedRepositoryIsFoundInEveryPlace() throws IOException {
        Map<String, Path> hubs =
                Map.of(
                        "DOWNLOAD_DIR", dir.resolve("a"),
                        "HF_HUB_CACHE", dir.resolve("b"),
                        "HF_HOME", dir.resolve("c"),
                        "BASE_PATH", dir.resolve("d"));
        for (Map.Entry<String, Path> entry : hubs.entrySet()) {
            Path hub =
                    switch (entry.getKey()) {
                        case "HF_HOME" -> entry.getValue().resolve("hub");
                        case "BASE_PATH" -> entry.getValue().resolve("huggingface-cache/hub");
                        default -> entry.getValue();
                    };
            Path snapshot = cache(hub, "org", "name", "main", "0123abc");

            Configuration c =
                    read(
                            Map.of(
                                    "MODEL_NAME",
                                    "org/name",
                                    entry.getKey(),
                                    entry.getValue().toString()));

            assertEquals(snapshot, c.model(), entry.getKey());
            assertEquals(List.of("org/name"), c.api().servedNames());
        }
    }

    @Test
    void revisionPicksTheSnapshot() throws IOException {
        Path main = cache(dir, "org", "name", "main", "aaaaaaa");
        Path other = cache(dir, "org", "name", "v2", "bbbbbbb");
        String hub = dir.toString();

        assertEquals(main, read(Map.of("MODEL_NAME", "org/name", "HF_HUB_CACHE", hub)).model());
        for (String revision : List.of("v2", "bbbbbbb")) {
            assertEquals(
                    other,
                    read(Map.of(
                                    "MODEL_NAME",
                                    "org/name",
                                    "HF_HUB_CACHE",
                                    hub,
                                    "MODEL_REVISION",
                                    revision))
                            .model());
        }
        assertEquals(
                "'../main' cannot be the revision of a model",
                refusal(
                        Map.of(
                                "MODEL_NAME",
                                "org/name",
                                "HF_HUB_CACHE",
                                hub,
                                "MODEL_REVISION",
                                "../main")));
    }

    @Test
    void tokenizerMayBeCachedToo() throws IOException {
        Path tokenizer = cache(dir, "org", "tok", "main", "ccccccc");

        Configuration c =
                read(
                        Map.of(
                                "TOKENIZER_NAME", "org/tok",
                                "TOKENIZER", "org/tok",
                                "HF_HUB_CACHE", dir.toString()));

        assertEquals(Optional.of(tokenizer), c.engine().tokenizer());
    }

    @Test
    void repositoryThatIsNotCachedSaysHowToGetIt() {
        String message =
                refusal(
                        Map.of(
                                "MODEL_NAME", "org/name",
                                "HF_HOME", dir.toString(),
                                "BASE_PATH", dir.toString()));

        assertTrue(message.contains("org/name is not in [" + dir.resolve("hub")), message);
        assertTrue(message.endsWith("; fetch it with apus pull org/name"), message);
    }

    @Test
    void chatTemplateIsTextOrFile() throws IOException {
        Path file = Files.writeString(dir.resolve("t.jinja"), "{{ 'a\\n' }}\n");

        assertEquals(
                Optional.of("{{ 'a\\n' }}\n"),
                read(Map.of("CUSTOM_CHAT_TEMPLATE", file.toString())).engine().chatTemplate());
        assertEquals(
                Optional.of("{% if a %}\nx\\\\n{% endif %}"),
                read(Map.of("CUSTOM_CHAT_TEMPLATE", "{% if a %}\\nx\\\\n{% endif %}"))
                        .engine()
                        .chatTemplate());
        assertTrue(
                refusal(Map.of("CUSTOM_CHAT_TEMPLATE", "no-such-file.jinja"))
                        .startsWith("CUSTOM_CHAT_TEMPLATE must be a template file"));
    }

    private static Path cache(Path hub, String org, String name, String ref, String commit)
            throws IOException {
        Path folder = hub.resolve("models--" + org + "--" + name);
        Files.createDirectories(folder.resolve("refs"));
        Files.writeString(folder.resolve("refs").resolve(ref), commit + "\n");
        return Files.createDirectories(folder.resolve("snapshots").resolve(commit));
    }
}
