package apus.runtime;

import apus.format.Digest;
import apus.format.Json;
import apus.format.checkpoint.Checkpoint;
import apus.format.checkpoint.ModelDefaults;
import apus.format.token.Tokenizer;
import apus.format.token.Tokenizers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Tokenizer, special tokens and chat template: the model's own, or what the options put in their
 * place. Another tokenizer brings its own special tokens, and its own template where it has one.
 */
record TextParts(Checkpoint checkpoint, EngineOptions options) {
    Tokenizer tokenizer() {
        return options.tokenizer()
                .map(path -> Tokenizers.load(file(path)))
                .orElseGet(checkpoint::tokenizer);
    }

    ModelDefaults defaults() {
        return configFolder().map(checkpoint::defaults).orElseGet(checkpoint::defaults);
    }

    Optional<String> chatTemplate() {
        return options.chatTemplate()
                .or(() ->
                        configFolder().isPresent()
                                ? checkpoint.chatTemplate(configFolder().get())
                                : checkpoint.chatTemplate());
    }

    /** Of the model's files, and of those that stand in for some of them. */
    String fingerprint() {
        if (options.tokenizer().isEmpty() && options.chatTemplate().isEmpty()) {
            return checkpoint.fingerprint();
        }
        Digest digest = Digest.sha256();
        digest.bytes(checkpoint.fingerprint().getBytes(StandardCharsets.UTF_8));
        options.chatTemplate()
                .ifPresent(text -> digest.bytes(text.getBytes(StandardCharsets.UTF_8)));
        options.tokenizer()
                .ifPresent(path -> digest.bytes(Json.readBytes(file(path), Tokenizers.MAX_BYTES)));
        return digest.hex();
    }

    private static Path file(Path tokenizer) {
        return Files.isDirectory(tokenizer) ? tokenizer.resolve("tokenizer.json") : tokenizer;
    }

    private Optional<Path> configFolder() {
        return options.tokenizer()
                .map(path -> Files.isDirectory(path) ? path : path.toAbsolutePath().getParent())
                .filter(folder -> Files.exists(folder.resolve("tokenizer_config.json")));
    }
}
