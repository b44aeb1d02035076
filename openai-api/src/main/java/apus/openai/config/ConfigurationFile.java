package apus.openai.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.config.Config;
import io.helidon.config.ConfigException;
import io.helidon.config.ConfigSources;
import io.helidon.config.yaml.YamlConfigParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The configuration file: YAML with the flags' names as keys, dashes or underscores. Lists and
 * objects become the JSON text that a flag would hold.
 */
final class ConfigurationFile {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    private ConfigurationFile() {}

    static Map<String, Value> read(Value named) {
        Path file = named.path();
        if (!Files.isRegularFile(file)) {
            throw new ConfigurationException(
                    named.origin() + ": there is no configuration file '" + file + "'");
        }
        Map<String, Value> values = new LinkedHashMap<>();
        for (Config node : parse(file).asNodeList().orElseGet(java.util.List::of)) {
            Setting setting =
                    Settings.find(node.name())
                            .orElseThrow(() -> Settings.unknown("key in " + file, node.name()));
            if (setting.key().equals("config-file")) {
                throw new ConfigurationException(
                        file + ": a configuration file cannot name another one");
            }
            ConfigurationReader.put(
                    values, setting, text(node), setting.key() + " in " + file.getFileName());
        }
        return values;
    }

    private static Config parse(Path file) {
        try {
            return Config.builder(
                            ConfigSources.file(file).parser(YamlConfigParser.create()).build())
                    .disableEnvironmentVariablesSource()
                    .disableSystemPropertiesSource()
                    .disableKeyResolving()
                    .disableValueResolving()
                    .disableFilterServices()
                    .build();
        } catch (ConfigException e) {
            throw new ConfigurationException(file + " is not valid YAML: " + reason(e), e);
        }
    }

    private static String reason(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage()).strip().replaceAll("\\s*\\R\\s*", " ");
    }

    private static String text(Config node) {
        return node.isLeaf() ? node.asString().orElse("") : json(node).toString();
    }

    private static JsonNode json(Config node) {
        return switch (node.type()) {
            case LIST -> {
                ArrayNode list = JSON.createArrayNode();
                node.asNodeList().get().forEach(n -> list.add(json(n)));
                yield list;
            }
            case OBJECT -> {
                ObjectNode object = JSON.createObjectNode();
                node.asNodeList().get().forEach(n -> object.set(n.name(), json(n)));
                yield object;
            }
            case VALUE, MISSING -> scalar(node.asString().orElse(""));
        };
    }

    /** Helidon keeps only the text of a scalar; a number or a boolean is made one again. */
    private static JsonNode scalar(String text) {
        try {
            JsonNode node = JSON.readTree(text);
            if (node.isNumber() || node.isBoolean()) {
                return node;
            }
        } catch (JsonProcessingException e) {
            // plain text
        }
        return JSON.getNodeFactory().textNode(text);
    }
}
