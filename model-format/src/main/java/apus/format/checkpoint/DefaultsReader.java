package apus.format.checkpoint;

import apus.format.Json;
import apus.format.JsonObject;
import apus.format.ModelFormatException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeSet;

/** Joins what the three configuration files say about special tokens and sampling. */
final class DefaultsReader {
    private static final long MAX_BYTES = 64_000_000;

    private final JsonObject config;
    private final JsonObject generation;
    private final ObjectNode tokenizerJson;
    private final Path tokenizerConfig;

    /**
     * @param dir the model's folder
     * @param tokenizerDir where tokenizer_config.json is, mostly the same
     */
    DefaultsReader(Path dir, Path tokenizerDir, JsonObject config) {
        this.config = config;
        this.generation =
                new JsonObject(
                        "generation_config.json", optional(dir.resolve("generation_config.json")));
        this.tokenizerConfig = tokenizerDir.resolve("tokenizer_config.json");
        this.tokenizerJson = optional(tokenizerConfig);
    }

    private static ObjectNode optional(Path file) {
        return Files.exists(file)
                ? Json.readObject(file, MAX_BYTES)
                : JsonNodeFactory.instance.objectNode();
    }

    ModelDefaults read(int vocab) {
        TreeSet<Integer> eos = new TreeSet<>(config.integers("eos_token_id", 0, vocab - 1));
        eos.addAll(generation.integers("eos_token_id", 0, vocab - 1));
        Optional<String> eosToken = token("eos_token");
        eosToken.flatMap(this::addedTokenId).filter(id -> id < vocab).ifPresent(eos::add);
        return new ModelDefaults(
                eos.stream().toList(),
                token("bos_token"),
                eosToken,
                token("pad_token"),
                token("unk_token"),
                number("temperature", 0, 2),
                number("top_p", Double.MIN_VALUE, 1),
                generation.has("top_k")
                        ? OptionalInt.of(generation.integer("top_k", -1, Integer.MAX_VALUE))
                        : OptionalInt.empty(),
                number("min_p", 0, 1),
                number("repetition_penalty", Double.MIN_VALUE, 1e6));
    }

    /**
     * The Jinja source of the chat template: its own file, or the entry of tokenizer_config.json.
     */
    Optional<String> chatTemplate(Path dir) {
        Path file = dir.resolve("chat_template.jinja");
        if (Files.exists(file)) {
            return Optional.of(Json.readText(file, MAX_BYTES));
        }
        JsonNode node = tokenizerJson.path("chat_template");
        if (node.isMissingNode() || node.isNull()) {
            return Optional.empty();
        }
        if (node.isTextual()) {
            return Optional.of(node.textValue());
        }
        for (JsonNode entry : node) {
            if (entry.path("name").asText().equals("default")
                    && entry.path("template").isTextual()) {
                return Optional.of(entry.get("template").textValue());
            }
        }
        throw new ModelFormatException(
                tokenizerConfig
                        + ": 'chat_template' must be a string, or a list of {name, template} with one named default");
    }

    private OptionalDouble number(String key, double min, double max) {
        return generation.has(key)
                ? OptionalDouble.of(generation.number(key, min, max, 0))
                : OptionalDouble.empty();
    }

    /** A token is written as its text, or as an object with the text in {@code content}. */
    private Optional<String> token(String key) {
        JsonNode node = tokenizerJson.path(key);
        JsonNode text = node.isObject() ? node.path("content") : node;
        if (!text.isTextual() && !node.isNull() && !node.isMissingNode()) {
            throw new ModelFormatException(
                    tokenizerConfig
                            + ": '"
                            + key
                            + "' must be a string, or an object with a string 'content', found "
                            + Json.shorten(node.toString()));
        }
        return Optional.ofNullable(text.textValue());
    }

    private Optional<Integer> addedTokenId(String text) {
        for (Map.Entry<String, JsonNode> entry :
                tokenizerJson.path("added_tokens_decoder").properties()) {
            if (text.equals(entry.getValue().path("content").textValue())
                    && entry.getKey().matches("[0-9]{1,9}")) {
                return Optional.of(Integer.valueOf(entry.getKey()));
            }
        }
        return Optional.empty();
    }
}
