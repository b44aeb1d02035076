package apus.openai.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.openai.ApiSettings;
import apus.openai.HttpSettings;
import apus.openai.config.Setting.Shape;
import apus.runtime.EngineOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ConfigurationReaderTest {
    private static final Path DEMO = Path.of("/demo");

    @TempDir Path dir;

    private static Configuration read(Map<String, String> environment, String... flags) {
        Map<String, String> map = new HashMap<>();
        for (int i = 0; i < flags.length; i += 2) {
            map.put(flags[i], flags[i + 1]);
        }
        return new ConfigurationReader(environment, () -> DEMO).read(map);
    }

    private static String refusal(Map<String, String> environment, String... flags) {
        return assertThrows(ConfigurationException.class, () -> read(environment, flags))
                .getMessage();
    }

    @Test
    void withNothingGivenEverythingIsAtItsDefault() {
        Configuration c = read(Map.of());

        assertEquals(HttpSettings.defaults(), c.http());
        assertEquals(ApiSettings.defaults(), c.api());
        assertEquals(EngineOptions.defaults(), c.engine());
        assertEquals(DEMO, c.model());
        assertEquals("apus-demo", c.modelName());
        assertEquals(List.of(), c.warnings());
    }

    @Test
    void everyDocumentedDefaultIsWhatNotGivingTheSettingMeans() {
        for (Setting setting : Settings.ALL) {
            if (setting.fallbackIsValue()) {
                assertEquals(
                        read(Map.of()),
                        read(Map.of(), setting.key(), setting.fallback()),
                        setting.key());
            }
        }
    }

    @Test
    void flagGoesBeforeEnvironmentBeforeFileBeforeDefault() throws IOException {
        Path file =
                Files.writeString(dir.resolve("apus.yaml"), "port: 1\nmax-num-seqs: 7\nmax-n: 5");
        Map<String, String> environment =
                Map.of("CONFIG_FILE", file.toString(), "PORT", "2", "MAX_NUM_SEQS", "8");

        Configuration c = read(environment, "port", "3");

        assertEquals(3, c.http().port());
        assertEquals(8, c.engine().maxSequences());
        assertEquals(5, c.api().maxN());
        assertEquals(128, read(Map.of()).api().maxN());
    }

    @Test
    void everySettingIsReadFromAFlagAVariableAndTheFileAlike() throws IOException {
        Map<String, String> samples =
                Map.of(
                        "host", "::1",
                        "kv-cache-memory", "2G",
                        "allowed-origins", "https://a.example,https://b.example",
                        "override-generation-config", "{\"temperature\": 0.5, \"stop\": [\"a\"]}",
                        "seed", "-5",
                        "response-timings", "off");
        for (Map.Entry<String, String> sample : samples.entrySet()) {
            Setting setting = Settings.find(sample.getKey()).orElseThrow();
            Configuration viaFlag = read(Map.of(), setting.key(), sample.getValue());
            Path file =
                    Files.writeString(
                            dir.resolve("c.yaml"),
                            setting.key() + ": " + quoted(sample.getValue()));

            assertFalse(viaFlag.equals(read(Map.of())), setting.key());
            assertEquals(viaFlag, read(Map.of(), "config-file", file.toString()), setting.key());
            for (String variable : setting.environment()) {
                assertEquals(viaFlag, read(Map.of(variable, sample.getValue())), variable);
            }
        }
    }

    private static String quoted(String text) {
        return "'" + text + "'";
    }

    @Test
    void fileTakesListsObjectsUnderscoresAndUnsetValues() throws IOException {
        Path file =
                Files.writeString(
                        dir.resolve("c.yaml"),
                        """
                        # comment
                        served_model_name: [a, b]
                        override-generation-config:
                          temperature: 0.5
                          stop: ["x", "y"]
                          seed: 7
                          user: "7 dwarfs"
                        api-key: None
                        chat-template: "{{ messages[0]['content'] }}${PATH}"
                        tokenizer:
                        enable-log-requests: yes
                        """);

        Configuration c = read(Map.of("VLLM_CONFIG_FILE", file.toString()));

        assertEquals(List.of("a", "b"), c.api().servedNames());
        assertEquals(
                Map.of(
                        "temperature",
                        0.5,
                        "stop",
                        List.of("x", "y"),
                        "seed",
                        7,
                        "user",
                        "7 dwarfs"),
                c.api().overrideDefaults());
        assertEquals(List.of(), c.http().apiKeys());
        assertEquals(Optional.of("{{ messages[0]['content'] }}${PATH}"), c.engine().chatTemplate());
        assertTrue(c.http().logRequests());
    }

    @Test
    void fileErrorsNameTheFileAndTheKey() throws IOException {
        Path file = Files.writeString(dir.resolve("c.yaml"), "max-model-length: 5");
        assertTrue(
                refusal(Map.of(), "config-file", file.toString())
                        .endsWith("did you mean max-model-len?"));

        Files.writeString(file, "port: http");
        assertEquals(
                "port in c.yaml must be a whole number between 0 and 65535, found 'http'",
                refusal(Map.of(), "config-file", file.toString()));

        Files.writeString(file, "port: [1, 2");
        assertTrue(
                refusal(Map.of(), "config-file", file.toString())
                        .startsWith(file + " is not valid YAML: "));

        assertTrue(
                refusal(Map.of("CONFIG_FILE", "/no/such.yaml"))
                        .startsWith("CONFIG_FILE: there is no configuration file"));
    }

    @ParameterizedTest
    @CsvSource({"true,true", "1,true", "YES,true", "on,true", "false,false", "0,false", "no,false"})
    void booleansAreReadAsTheWorkerWritesThem(String text, boolean expected) {
        assertEquals(expected, read(Map.of("ENABLE_FORCE_INCLUDE_USAGE", text)).api().forceUsage());
    }

    @Test
    void otherBooleansAreErrors() {
        assertEquals(
                "STRICT_PARAMS must be true or false (also 1, 0, yes, no, on, off), found 'maybe'",
                refusal(Map.of("STRICT_PARAMS", "maybe")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "None"})
    void emptyAndNoneMeanNotSet(String text) {
        Map<String, String> environment = new HashMap<>();
        for (Setting setting : Settings.ALL) {
            setting.environment().forEach(v -> environment.put(v, text));
        }

        assertEquals(read(Map.of()), read(environment));
    }

    @Test
    void unsetVariableDoesNotHideTheFile() throws IOException {
        Path file = Files.writeString(dir.resolve("c.yaml"), "port: 9");

        assertEquals(9, read(Map.of("CONFIG_FILE", file.toString(), "PORT", "")).http().port());
    }

    @Test
    void workersNamesGoBeforePlainOnesAndTheLoserIsNamed() {
        Configuration c = read(Map.of("MODEL", "/tmp", "MODEL_NAME", dir.toString()));

        assertEquals(dir, c.model());
        assertEquals(
                List.of("MODEL is ignored, since MODEL_NAME means the same and is set too"),
                c.warnings());
    }

    @ParameterizedTest
    @CsvSource({
        "4096,4096",
        "2k,2000",
        "2K,2048",
        "1.5K,1536",
        "1G,1073741824",
        "1g,1000000000",
        "2GiB,2147483648",
        "2GB,2000000000"
    })
    void sizesMayHaveAUnit(String text, long bytes) {
        assertEquals(bytes, read(Map.of("KV_CACHE_MEMORY", text)).engine().kvCacheBytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "0", "x", "1e9", "5 bananas", "999999999999999999999"})
    void otherSizesAreErrors(String text) {
        assertTrue(
                refusal(Map.of("KV_CACHE_MEMORY", text))
                        .startsWith("KV_CACHE_MEMORY must be a number of at least 1"));
    }

    @Test
    void engineServerAndRequestSettingsArrive() {
        Configuration c =
                read(
                        Map.of(
                                "API_KEY", "a,b",
                                "API_KEYS", "c, d",
                                "SEED", "0",
                                "SHUTDOWN_GRACE_SECONDS", "1.5",
                                "MAX_LOGPROBS", "-1",
                                "GENERATION_CONFIG", "auto",
                                "LOGPROBS_MODE", "processed"),
                        "max-model-len",
                        "auto",
                        "kernels",
                        "scalar");

        assertEquals(List.of("a,b", "c", "d"), c.http().apiKeys());
        assertEquals(OptionalLong.of(0), c.engine().seed());
        assertEquals(Duration.ofMillis(1500), c.http().shutdownGrace());
        assertEquals(Duration.ofMillis(1500), c.engine().shutdownGrace());
        assertEquals(-1, c.api().maxLogprobs());
        assertTrue(c.api().modelDefaults());
        assertTrue(c.api().processedLogprobs());
        assertEquals(0, c.engine().maxModelLen());
        assertEquals("SCALAR", c.engine().kernels().name());
    }

    @Test
    void clientVariablesAreNotRead() {
        assertEquals(
                read(Map.of("API_KEY", "one")).http(),
                read(Map.of("API_KEY", "one", "VLLM_API_KEY", "two")).http());
        assertEquals(
                read(Map.of("API_KEY", "two")).http(), read(Map.of("VLLM_API_KEY", "two")).http());
        assertEquals(read(Map.of()), read(Map.of("OPENAI_API_KEY", "k", "RUNPOD_API_KEY", "k")));
    }

    @Test
    void requestsAreLoggedOnlyIfAskedForAndNotForbidden() {
        assertTrue(read(Map.of("ENABLE_LOG_REQUESTS", "1")).http().logRequests());
        assertFalse(
                read(Map.of("ENABLE_LOG_REQUESTS", "1", "DISABLE_LOG_REQUESTS", "true"))
                        .http()
                        .logRequests());
    }

    @Test
    void settingsOfOtherServersWarnOnce() {
        Configuration c =
                read(
                        Map.of("SWAP_SPACE", "4", "ENFORCE_EAGER", "true", "ROPE_THETA", "1"),
                        "cpu-offload-gb",
                        "4");

        assertEquals(3, c.warnings().size(), c.warnings().toString());
        assertEquals(1, c.warnings().stream().filter(w -> w.startsWith("SWAP_SPACE ")).count());
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "False", "0", "no", "off"})
    void switchesOfOtherServersThatAreOffSayNothing(String off) {
        for (Setting setting : Settings.ALL) {
            if (setting.group() == Setting.Group.FOREIGN && setting.shape() == Shape.SWITCH) {
                Map<String, String> set = Map.of(setting.environment().getLast(), off);
                assertEquals(List.of(), read(set).warnings(), setting.key());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "1", "YES", "on"})
    void aSwitchOfAnotherServerThatIsOnWarns(String on) {
        List<String> warnings = read(Map.of("ENABLE_AUTO_TOOL_CHOICE", on)).warnings();
        assertEquals(1, warnings.size(), warnings.toString());
        assertTrue(warnings.getFirst().startsWith("ENABLE_AUTO_TOOL_CHOICE "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ENABLE_AUTO_TOOL_CHOICE", "ENFORCE_EAGER", "TRUST_REMOTE_CODE"})
    void aSwitchOfAnotherServerThatIsNeitherIsAnError(String name) {
        assertTrue(refusal(Map.of(name, "maybe")).startsWith(name + " must be true or false"));
    }

    @Test
    void prefixCachingIsOnUnlessTurnedOff() {
        assertTrue(read(Map.of()).engine().prefixCaching());
        assertFalse(read(Map.of("ENABLE_PREFIX_CACHING", "0")).engine().prefixCaching());
        assertFalse(read(Map.of(), "enable-prefix-caching", "false").engine().prefixCaching());
    }

    @Test
    void aShareOfTheMemoryIsHonoured() {
        Configuration c = read(Map.of("GPU_MEMORY_UTILIZATION", "0.9"));
        assertEquals(0.9, c.engine().memoryShare().getAsDouble());
        assertEquals(List.of(), c.warnings());
        assertTrue(read(Map.of()).engine().memoryShare().isEmpty());
    }

    @Test
    void everySettingOfOtherServersWarnsAtMostOnceAndChangesNothing() {
        Configuration plain = read(Map.of());
        for (Setting setting : Settings.ALL) {
            if (setting.group() == Setting.Group.FOREIGN && !setting.key().startsWith("ssl-")) {
                Configuration c =
                        read(
                                Map.of(),
                                setting.key(),
                                setting.shape() == Shape.SWITCH ? "true" : "1");
                assertTrue(c.warnings().size() <= 1, setting.key());
                assertEquals(
                        plain,
                        new Configuration(
                                c.http(), c.api(), c.engine(), c.model(), c.modelName(), List.of()),
                        setting.key());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GPU_MEMORY_UTILIZATION,0",
        "GPU_MEMORY_UTILIZATION,1.5",
        "TENSOR_PARALLEL_SIZE,2",
        "PIPELINE_PARALLEL_SIZE,4",
        "ENABLE_LORA,true",
        "DTYPE,int3",
        "KV_CACHE_DTYPE,fp8",
        "QUANTIZATION,bitsandbytes",
        "LOAD_FORMAT,gguf",
        "GENERATION_CONFIG,/some/folder",
        "SSL_KEYFILE,key.pem"
    })
    void whatCannotBeHonouredIsAnErrorThatNamesTheVariable(String variable, String value) {
        String message = refusal(Map.of(variable, value));

        assertTrue(message.startsWith(variable + " "), message);
    }

    @ParameterizedTest
    @CsvSource({"awq,awq", "gptq_marlin,gptq", "FP8,fp8", "gpt_oss_mxfp4,mxfp4", "INT8,int8"})
    void quantisationIsNamedAsVllmDoes(String text, String method) {
        assertEquals(
                Optional.of(method), read(Map.of("QUANTIZATION", text)).engine().quantization());
    }

    @Test
    void messagesNeverShowSecrets() {
        String message = refusal(Map.of("API_KEY", "geheim wort"));

        assertFalse(message.contains("geheim"), message);
        assertFalse(new Value("geheim", "HF_TOKEN", true).toString().contains("geheim"));
    }

    @Test
    void unknownFlagNamesTheNearest() {
        assertEquals(
                "there is no flag named '--max-num-seq'; did you mean --max-num-seqs?",
                refusal(Map.of(), "max-num-seq", "3"));
        assertEquals(
                "there is no flag named '--frobnicate-everything'",
                refusal(Map.of(), "frobnicate-everything", "3"));
    }

    @Test
    void everyFlagTheContractNamesIsKnown() {
        for (String name :
                List.of(
                        "MODEL_NAME",
                        "MODEL_REVISION",
                        "TOKENIZER_NAME",
                        "CUSTOM_CHAT_TEMPLATE",
                        "OPENAI_SERVED_MODEL_NAME_OVERRIDE",
                        "OPENAI_RESPONSE_ROLE",
                        "MAX_CONCURRENCY",
                        "MAX_QUEUE",
                        "DEFAULT_TEMPERATURE",
                        "MAX_N",
                        "MAX_PROMPTS",
                        "BEST_OF_MODE",
                        "LOGPROBS_MODE",
                        "PARSE_SPECIAL_IN_CONTENT",
                        "STRICT_PARAMS",
                        "RESPONSE_TIMINGS",
                        "METRICS_AUTH",
                        "ALLOWED_HOSTS",
                        "ALLOW_UNAUTHENTICATED",
                        "API_KEY_FILE",
                        "RUNPOD_ENDPOINT_ID",
                        "SSE_PING_SECONDS",
                        "SHUTDOWN_GRACE_SECONDS",
                        "MAX_BODY_BYTES",
                        "VLLM_PORT",
                        "RAW_OPENAI_OUTPUT",
                        "MIN_BATCH_SIZE",
                        "HF_HUB_OFFLINE")) {
            assertTrue(Settings.ALL.stream().anyMatch(s -> s.environment().contains(name)), name);
        }
    }
}
