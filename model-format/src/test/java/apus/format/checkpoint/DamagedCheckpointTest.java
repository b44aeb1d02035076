package apus.format.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.format.ApusException;
import apus.format.ModelFormatException;
import apus.format.Safetensors;
import apus.format.UnsupportedModelException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Golden models with one thing wrong: the error names the file, the subject, found and wanted. */
final class DamagedCheckpointTest {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir Path dir;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "hidden_size | null | 'hidden_size' is missing",
                "hidden_size | \"64\" | 'hidden_size' must be an integer, found \"64\"",
                "hidden_size | 64.5 | 'hidden_size' must be an integer, found 64.5",
                "hidden_size | 0 | 'hidden_size' must be between 1 and",
                "hidden_size | -64 | 'hidden_size' must be between 1 and",
                "hidden_size | 1e30 | 'hidden_size' must be between 1 and",
                "hidden_size | 99999999999999999999999 | 'hidden_size' must be between 1 and",
                "hidden_size | [64] | 'hidden_size' must be an integer, found [64]",
                "hidden_size | 62 | 'hidden_size' must be a multiple of num_attention_heads 4",
                "hidden_size | 128 | expected [512, 128] from config.json, found [512, 64]",
                "vocab_size | 513 | model.embed_tokens.weight: expected [513, 64]",
                "vocab_size | 511 | model.embed_tokens.weight: expected [511, 64]",
                "vocab_size | 100000000 | 'vocab_size' must be between",
                "intermediate_size | 7 | mlp.down_proj.weight: expected [64, 7]",
                "num_hidden_layers | 100 | needed by config.json, found in none of",
                "num_hidden_layers | 1 | model.layers.1.",
                "num_hidden_layers | 1000000 | 'num_hidden_layers' must be between 1 and",
                "num_attention_heads | 0 | 'num_attention_heads' must be between 1 and",
                "num_attention_heads | 1024 | 'hidden_size' must be a multiple",
                "num_key_value_heads | 3 | must be a multiple of num_key_value_heads 3",
                "num_key_value_heads | 8 | 'num_key_value_heads' must be between 1 and 4",
                "num_key_value_heads | 2 | self_attn.k_proj.weight: expected [32, 64]",
                "head_dim | 7 | must be even",
                "head_dim | 32 | self_attn.q_proj.weight: expected [128, 64]",
                "rms_norm_eps | -1 | 'rms_norm_eps' must be between 0.0 and 1.0, found -1",
                "rms_norm_eps | \"x\" | 'rms_norm_eps' must be a finite number",
                "rms_norm_eps | 1e999 | 'rms_norm_eps' must be a finite number",
                "rope_theta | 0 | 'rope_theta' must be greater than 1",
                "rope_theta | -10000 | 'rope_theta' must be greater than 1",
                "rope_scaling | 3 | 'rope_scaling' must be an object",
                "rope_scaling | {\"type\": \"linear\"} | rope_scaling: 'factor' is missing",
                "rope_scaling | {\"type\": \"linear\", \"factor\": 0} | must be positive",
                "rope_scaling | {\"type\": \"llama3\", \"factor\": 2, \"low_freq_factor\": 4,"
                        + " \"high_freq_factor\": 1} | 'high_freq_factor' must be greater",
                "rope_scaling | {\"type\": \"longrope\", \"short_factor\": [1],"
                        + " \"long_factor\": [1]} | 'short_factor' must hold 8 numbers, found 1",
                "attention_bias | true | self_attn.q_proj.bias: needed by config.json",
                "attention_bias | 1 | 'attention_bias' must be true or false",
                "mlp_bias | true | mlp.gate_proj.bias: needed by config.json",
                "max_position_embeddings | 0 | 'max_position_embeddings' must be between 1 and",
                "architectures | \"LlamaForCausalLM\" | 'architectures' must be a list",
                "architectures | [7] | 'architectures' must be a list of strings",
                "eos_token_id | 512 | 'eos_token_id' must be between 0 and 511, found 512",
                "eos_token_id | [1, -1] | 'eos_token_id' must be between 0 and 511, found -1",
                "tie_word_embeddings | \"no\" | 'tie_word_embeddings' must be true or false",
            })
    void aConfigurationThatContradictsItselfOrItsTensorsIsRefused(
            String key, String value, String problem) throws IOException {
        Path model = TestModels.copy("llama2-mha", dir);
        edit(model.resolve("config.json"), key, value);
        assertRefused(ModelFormatException.class, model, problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "architectures | [\"MambaForCausalLM\"] | the architecture [MambaForCausalLM] is not known",
                "architectures | null | is not named",
                "hidden_act | \"mish\" | the activation 'mish' of 'hidden_act' is not known",
                "rope_scaling | {\"type\": \"spiral\", \"factor\": 2} | the rope scaling 'spiral' is not known",
                "quantization_config | {\"quant_method\": \"weird\"} | 'weird'",
            })
    void whatIsNotKnownIsRefusedByName(String key, String value, String problem)
            throws IOException {
        Path model = TestModels.copy("llama2-mha", dir);
        edit(model.resolve("config.json"), key, value);
        assertRefused(UnsupportedModelException.class, model, "config.json", problem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{", "[]", "null", "{\"a\": 1, \"a\": 2}", "{} {}", "\uFEFF\uFEFF{}"})
    void aConfigurationThatIsNotAnObjectIsRefused(String text) throws IOException {
        Path model = TestModels.copy("llama2-mha", dir);
        Files.writeString(model.resolve("config.json"), text);
        assertRefused(ModelFormatException.class, model, "config.json");
    }

    @Test
    void aConfigurationNestedWithoutEndIsRefused() throws IOException {
        Path model = TestModels.copy("llama2-mha", dir);
        Files.writeString(model.resolve("config.json"), "{\"a\":".repeat(100_000));
        assertRefused(ModelFormatException.class, model, "config.json", "not valid JSON");
    }

    @Test
    void aMissingFolderConfigurationOrWeightFileIsNamed() throws IOException {
        assertRefused(ModelFormatException.class, dir.resolve("none"), "none: there is no such");
        Path model = TestModels.copy("llama2-mha", dir);
        Files.delete(model.resolve("model.safetensors"));
        assertRefused(
                ModelFormatException.class,
                model,
                "neither model.safetensors nor model.safetensors.index.json");
        Files.delete(model.resolve("config.json"));
        assertRefused(ModelFormatException.class, model, "config.json", "there is no such file");
    }

    @Test
    void missingExtraAndMisshapenTensorsAreNamed() throws IOException {
        String missing = "model.layers.1.mlp.down_proj.weight";
        Path model = TestModels.copy("llama2-mha", dir);
        rewriteHeader(model, (name, entry) -> name.equals(missing) ? "renamed.weight" : name);
        assertRefused(
                ModelFormatException.class,
                model,
                missing + ": needed by config.json, found in none of [model.safetensors]");

        model = TestModels.copy("llama2-mha", dir.resolve("2"));
        edit(model.resolve("config.json"), "tie_word_embeddings", "true");
        // A tied model may bring its head nevertheless.
        Checkpoint.open(model).close();

        model = TestModels.copy("llama2-mha", dir.resolve("3"));
        rewriteHeader(
                model,
                (name, entry) -> {
                    if (name.equals(missing)) {
                        JsonNode shape = entry.get("shape");
                        entry.putArray("shape").add(shape.get(1)).add(shape.get(0));
                    }
                    return name;
                });
        assertRefused(ModelFormatException.class, model, missing + ": expected [64, ", "found [");

        model = TestModels.copy("llama2-mha", dir.resolve("4"));
        rewriteHeader(
                model,
                (name, entry) -> {
                    if (name.equals(missing)) {
                        entry.put("dtype", "I16");
                    }
                    return name;
                });
        assertRefused(UnsupportedModelException.class, model, missing, "model.safetensors", "I16");
    }

    @Test
    void aTruncatedWeightFileIsRefused() throws IOException {
        Path model = TestModels.copy("llama2-mha", dir);
        Path weights = model.resolve("model.safetensors");
        try (var channel =
                java.nio.channels.FileChannel.open(
                        weights, java.nio.file.StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() - 1);
        }
        assertRefused(ModelFormatException.class, model, "model.safetensors", "it is truncated");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../model-00001-of-00003.safetensors",
                "/etc/passwd",
                "sub/model.safetensors",
                "..\\\\model.safetensors",
                "config.json",
                "a\\u0000.safetensors",
                ""
            })
    void aShardIndexMustNotLeadOutOfTheFolder(String file) throws IOException {
        Path model = TestModels.copy("llama2-gqa-sharded", dir);
        Path index = model.resolve("model.safetensors.index.json");
        ObjectNode json = (ObjectNode) JSON.readTree(Files.readAllBytes(index));
        ((ObjectNode) json.get("weight_map"))
                .set("model.norm.weight", JSON.readTree("\"" + file + "\""));
        Files.write(index, JSON.writeValueAsBytes(json));
        assertRefused(
                ModelFormatException.class,
                model,
                "index.json: 'weight_map' puts model.norm.weight into",
                "not the name of a .safetensors file beside the index");
    }

    @Test
    void aShardIndexThatLiesIsRefused() throws IOException {
        String[][] cases = {
            {"weight_map", "[]", "'weight_map' must be an object"},
            {"weight_map", "{}", "'weight_map' is empty"},
            {"weight_map", "{\"a\": 3}", "puts a into 3"},
            {"weight_map", "{\"a\": \"gone.safetensors\"}", "gone.safetensors: cannot be read"},
            {
                "weight_map",
                "{\"model.norm.weight\": \"model-00001-of-00003.safetensors\"}",
                "model.norm.weight"
            },
        };
        for (int i = 0; i < cases.length; i++) {
            Path model = TestModels.copy("llama2-gqa-sharded", dir.resolve("" + i));
            edit(model.resolve("model.safetensors.index.json"), cases[i][0], cases[i][1]);
            assertRefused(ModelFormatException.class, model, cases[i][2]);
        }
        Path model = TestModels.copy("llama2-gqa-sharded", dir.resolve("missing"));
        Files.delete(model.resolve("model-00002-of-00003.safetensors"));
        assertRefused(ModelFormatException.class, model, "model-00002-of-00003.safetensors");
    }

    @Test
    void aTensorInTwoShardsIsRefused() throws IOException {
        Path model = TestModels.copy("llama2-gqa-sharded", dir);
        Path second = model.resolve("model-00002-of-00003.safetensors");
        Files.copy(
                model.resolve("model-00001-of-00003.safetensors"),
                second,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertRefused(
                ModelFormatException.class,
                model,
                "model-00002-of-00003.safetensors",
                "is in",
                "model-00001-of-00003.safetensors too");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "temperature | \"hot\" | 'temperature' must be a finite number, found \"hot\"",
                "temperature | -1 | 'temperature' must be between 0.0 and 2.0, found -1",
                "top_p | 0 | 'top_p' must be between",
                "top_p | 1.5 | 'top_p' must be between",
                "top_k | 1.5 | 'top_k' must be an integer, found 1.5",
                "top_k | -2 | 'top_k' must be between -1",
                "min_p | 2 | 'min_p' must be between 0.0 and 1.0, found 2",
                "repetition_penalty | 0 | 'repetition_penalty' must be between",
                "eos_token_id | 5000 | 'eos_token_id' must be between 0 and 511, found 5000",
                "eos_token_id | \"2\" | 'eos_token_id' must be an integer, found \"2\"",
            })
    void aGenerationConfigurationWithImpossibleValuesIsRefused(
            String key, String value, String problem) throws IOException {
        Path model = TestModels.copy("llama2-mha", dir);
        edit(model.resolve("generation_config.json"), key, value);
        assertRefused(ModelFormatException.class, model, "generation_config.json", problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "chat_template | 3 | 'chat_template' must be a string",
                "chat_template | [{\"name\": \"x\", \"template\": \"y\"}] | one named default",
                "bos_token | 3 | 'bos_token' must be a string, or an object",
                "eos_token | {\"text\": \"</s>\"} | 'eos_token' must be a string, or an object",
            })
    void aTokenizerConfigurationWithWrongTypesIsRefused(String key, String value, String problem)
            throws IOException {
        Path model = TestModels.copy("llama2-mha", dir);
        edit(model.resolve("tokenizer_config.json"), key, value);
        assertRefused(ModelFormatException.class, model, "tokenizer_config.json", problem);
    }

    @Test
    void aTokenizerLargerThanTheModelIsRefused() throws IOException {
        Path model = TestModels.copy("llama2-mha", dir);
        Path file = model.resolve("tokenizer.json");
        ObjectNode json = (ObjectNode) JSON.readTree(Files.readAllBytes(file));
        json.withArray("added_tokens").addObject().put("id", 512).put("content", "<more>");
        Files.write(file, JSON.writeValueAsBytes(json));
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            String message =
                    assertThrows(ModelFormatException.class, checkpoint::tokenizer).getMessage();
            assertEquals(
                    "tokenizer.json: its largest id is 512, but 'vocab_size' of config.json is 512",
                    message);
        }
    }

    /** Sets a key of a JSON file; null removes it. */
    private static void edit(Path file, String key, String value) throws IOException {
        ObjectNode json = (ObjectNode) JSON.readTree(Files.readAllBytes(file));
        JsonNode node = JSON.readTree(value);
        if (node.isNull()) {
            json.remove(key);
            Files.write(file, JSON.writeValueAsBytes(json));
        } else {
            // As written: a number may be larger than any Java type.
            json.put(key, "@@@");
            String text = JSON.writeValueAsString(json).replace("\"@@@\"", value);
            Files.writeString(file, text);
        }
    }

    private interface Edit {
        /** May change the entry; returns its name. */
        String apply(String name, ObjectNode entry);
    }

    private static void rewriteHeader(Path model, Edit edit) throws IOException {
        Path file = model.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        int length =
                (int)
                        java.nio.ByteBuffer.wrap(bytes)
                                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                                .getLong();
        ObjectNode header =
                (ObjectNode) JSON.readTree(java.util.Arrays.copyOfRange(bytes, 8, 8 + length));
        Map<String, JsonNode> entries = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : header.properties()) {
            entries.put(
                    entry.getKey().startsWith("__")
                            ? entry.getKey()
                            : edit.apply(entry.getKey(), (ObjectNode) entry.getValue()),
                    entry.getValue());
        }
        header.removeAll();
        header.setAll(entries);
        int data = bytes.length - 8 - length;
        byte[] json = JSON.writeValueAsBytes(header);
        Safetensors.write(file, json.length, json, data);
    }

    private static void assertRefused(
            Class<? extends ApusException> kind, Path model, String... fragments) {
        String message =
                assertThrows(
                                kind,
                                () -> {
                                    try (Checkpoint checkpoint = Checkpoint.open(model)) {
                                        throw new AssertionError(
                                                "opened " + checkpoint.directory());
                                    }
                                })
                        .getMessage();
        for (String fragment : fragments) {
            assertTrue(message.contains(fragment), message);
        }
    }
}
