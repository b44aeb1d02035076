package apus.format.token;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.format.ApusException;
import apus.format.ModelFormatException;
import apus.format.UnsupportedModelException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** tokenizer.json with one thing wrong: the error names the part, what it holds and what it may. */
final class DamagedTokenizerTest {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir Path dir;

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "/model ~ null ~ 'model' is missing",
                "/model ~ [] ~ 'model' must be an object",
                "/model/vocab ~ null ~ model: 'vocab' is missing",
                "/model/vocab ~ [] ~ model: 'vocab' must be an object",
                "/model/vocab ~ {} ~ model: 'vocab' is empty",
                "/model/vocab/a ~ -1 ~ vocab: 'a' must be an id from 0 to 16777216, found -1",
                "/model/vocab/a ~ 1.5 ~ vocab: 'a' must be an id from 0 to 16777216, found 1.5",
                "/model/vocab/a ~ \"5\" ~ vocab: 'a' must be an id from 0",
                "/model/vocab/a ~ 99999999999 ~ vocab: 'a' must be an id from 0",
                "/model/vocab/a ~ 2000000000 ~ vocab: 'a' must be an id from 0",
                "/model/vocab/new ~ 5 ~ gives id 5 to",
                "/model/merges ~ null ~ 'merges' must be a list",
                "/model/merges ~ {} ~ 'merges' must be a list",
                "/model/merges/0 ~ \"ab\" ~ 'merges[0]' must be two pieces",
                "/model/merges/0 ~ \"a b c\" ~ 'merges[0]' must be two pieces",
                "/model/merges/0 ~ \" b\" ~ 'merges[0]' must be two pieces",
                "/model/merges/0 ~ [\"\", \"a\"] ~ 'merges[0]' must be two pieces",
                "/model/merges/0 ~ [\"a\"] ~ 'merges[0]' must be two pieces",
                "/model/merges/0 ~ 7 ~ 'merges[0]' must be two pieces",
                "/model/merges/0 ~ \"qqq a\" ~ 'merges[0]' joins qqq and a, but qqq is not in",
                "/model/merges/0 ~ \"a qqq\" ~ 'merges[0]' joins a and qqq, but qqq is not in",
                "/model/unk_token ~ \"<gone>\" ~ 'unk_token' is <gone>, which is not in 'vocab'",
                "/model/unk_token ~ 3 ~ 'unk_token' must be a string",
                "/model/byte_fallback ~ \"yes\" ~ 'byte_fallback' must be true or false",
                "/model/ignore_merges ~ 1 ~ 'ignore_merges' must be true or false",
                "/added_tokens ~ {} ~ 'added_tokens' must be a list",
                "/added_tokens/0 ~ 3 ~ 'added_tokens[0]' must be an object, found 3",
                "/added_tokens/0/content ~ null ~ added_tokens[0]: 'content' is missing",
                "/added_tokens/0/content ~ \"\" ~ 'content' must be 1 to 4096 characters",
                "/added_tokens/0/id ~ null ~ added_tokens[0]: 'id' must be an id",
                "/added_tokens/0/id ~ -3 ~ added_tokens[0]: 'id' must be an id",
                "/added_tokens/0/id ~ 99999999 ~ added_tokens[0]: 'id' must be an id",
                "/added_tokens/1/content ~ \"<|begin_of_text|>\" ~ which has id 1991",
                "/added_tokens/0/content ~ \"a\" ~ for a, which has id",
                "/added_tokens/0/special ~ \"true\" ~ 'special' must be true or false",
                "/normalizer ~ \"NFC\" ~ 'normalizer' must be an object",
                "/normalizer ~ {} ~ normalizer: 'type' is missing",
                "/normalizer ~ {\"type\": 3} ~ normalizer: 'type' must be a string",
                "/normalizer ~ {\"type\": \"Prepend\"} ~ normalizer: 'prepend' is missing",
                "/normalizer ~ {\"type\": \"Sequence\"} ~ 'normalizers' is missing",
                "/normalizer ~ {\"type\": \"Sequence\", \"normalizers\": [1]} ~ 'normalizers[0]' must",
                "/normalizer ~ {\"type\": \"Replace\", \"content\": \"x\"} ~ 'pattern' is missing",
                "/normalizer ~ {\"type\": \"Replace\", \"pattern\": {\"String\": \"\"}} ~ is empty",
                "/normalizer ~ {\"type\": \"Replace\", \"pattern\": {\"String\": \"x\"}} ~ 'content' is",
                "/pre_tokenizer ~ 1 ~ 'pre_tokenizer' must be an object",
                "/pre_tokenizer ~ {\"type\": \"Sequence\"} ~ 'pretokenizers' is missing",
                "/pre_tokenizer ~ {\"type\": \"Split\"} ~ 'behavior' is missing",
                "/pre_tokenizer ~ {\"type\": \"Metaspace\", \"replacement\": \"\"} ~ one character",
                "/normalizer ~ {\"type\": \"Precompiled\"} ~ 'precompiled_charsmap' is missing",
                "/normalizer ~ {\"type\": \"Precompiled\", \"precompiled_charsmap\": \"!\"} ~ base64",
                "/normalizer ~ {\"type\": \"Precompiled\", \"precompiled_charsmap\": \"/////w==\"} ~"
                        + " is not a length, a trie",
                "/pre_tokenizer ~ {\"type\": \"CharDelimiterSplit\", \"delimiter\": \"ab\"} ~ must be"
                        + " one character",
                "/post_processor ~ {\"type\": \"BertProcessing\"} ~ 'cls' must be a token and",
                "/post_processor ~ {\"type\": \"RobertaProcessing\", \"cls\": [\"a\", 1], \"sep\":"
                        + " [\"a\", 9999]} ~ 'sep' holds 9999, beyond the vocabulary",
                "/post_processor ~ {\"type\": \"TemplateProcessing\"} ~ 'single' is missing",
                "/post_processor/processors/1/single ~ [] ~ has no place for the text",
                "/post_processor/processors/1/special_tokens ~ {} ~ '<|begin_of_text|>' is missing",
                "/post_processor/processors/1/special_tokens/<|begin_of_text|>/ids ~ [] ~ no 'ids'",
                "/post_processor/processors/1/special_tokens/<|begin_of_text|>/ids ~ [-1] ~ id from 0",
                "/post_processor/processors/1/special_tokens/<|begin_of_text|>/ids ~ [9999] ~"
                        + " 'ids' holds 9999, beyond the vocabulary",
                "/decoder ~ 1 ~ 'decoder' must be an object",
                "/decoder ~ {\"type\": \"Sequence\"} ~ 'decoders' is missing",
                "/decoder ~ {\"type\": \"Sequence\", \"decoders\": [{}]} ~ decoders[0]: 'type' is",
            })
    void damageIsRefused(String place, String value, String problem) throws IOException {
        assertRefused(ModelFormatException.class, place, value, problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "/model/type ~ \"WordPiece\" ~ model: type WordPiece is not supported",
                "/model/dropout ~ 0.1 ~ 'dropout' 0.1 is not supported",
                "/model/end_of_word_suffix ~ \"</w>\" ~ 'end_of_word_suffix'",
                "/model/continuing_subword_prefix ~ \"##\" ~ 'continuing_subword_prefix'",
                "/normalizer ~ {\"type\": \"BertNormalizer\"} ~ normalizer: BertNormalizer is not",
                "/normalizer ~ {\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"Odd\"}]} ~"
                        + " normalizers[0]: Odd is not supported",
                "/normalizer ~ {\"type\": \"Replace\", \"pattern\": {\"Regex\": \"(?<=a)b\"},"
                        + " \"content\": \"\"} ~ normalizer: the pattern (?<=a)b is not supported: a"
                        + " group (?<= at character 0",
                "/normalizer ~ {\"type\": \"Nmt\"} ~ normalizer: Nmt is not supported",
                "/pre_tokenizer ~ {\"type\": \"UnicodeScripts\"} ~ UnicodeScripts is not",
                "/pre_tokenizer ~ {\"type\": \"Split\", \"pattern\": {\"Regex\": \"(a*)*b\"},"
                        + " \"behavior\": \"Isolated\"} ~ the pattern (a*)*b is not supported: a"
                        + " repetition without end",
                "/pre_tokenizer ~ {\"type\": \"Split\", \"pattern\": {\"Regex\": \"a\"},"
                        + " \"behavior\": \"Odd\"} ~ behavior Odd is not supported",
                "/pre_tokenizer ~ {\"type\": \"Punctuation\", \"behavior\": \"Odd\"} ~ behavior Odd",
                "/pre_tokenizer ~ {\"type\": \"Metaspace\", \"prepend_scheme\": \"odd\"} ~ odd",
                "/post_processor ~ {\"type\": \"Odd\"} ~ post_processor: Odd is not",
                "/decoder ~ null ~ without 'decoder' is not supported",
                "/decoder ~ {\"type\": \"CTC\"} ~ decoder: CTC is not supported",
                "/decoder ~ {\"type\": \"Strip\", \"content\": \" \", \"start\": 0, \"stop\": 1} ~"
                        + " Strip of the end is not supported",
            })
    void partsThatAreNotKnownAreRefusedByName(String place, String value, String problem)
            throws IOException {
        assertRefused(UnsupportedModelException.class, place, value, problem);
    }

    @Test
    void aPrefixForTheFirstWordOnlyNeedsTextThatKeepsItsStart() throws IOException {
        Path file = dir.resolve("tokenizer.json");
        Files.writeString(
                file,
                """
                {"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []},
                 "normalizer": {"type": "Sequence", "normalizers": [{"type": "Strip"}]},
                 "pre_tokenizer": {"type": "Metaspace", "prepend_scheme": "first"},
                 "decoder": {"type": "Fuse"}}
                """);
        String message =
                assertThrows(UnsupportedModelException.class, () -> Tokenizers.load(file))
                        .getMessage();
        assertTrue(message.contains("Metaspace with prepend_scheme first, after a norm"), message);
    }

    @Test
    void longAddedTokensAreRefusedSinceEveryTextIsSearchedForThem() throws IOException {
        assertRefused(
                ModelFormatException.class,
                "/added_tokens/0/content",
                "\"" + "x".repeat(5000) + "\"",
                "must be 1 to 4096 characters long, found 5000");
    }

    @Test
    void mergesThatMakeEachOtherEndSinceEachIsLongerThanItsParts() throws IOException {
        Path file = dir.resolve("tokenizer.json");
        Files.writeString(
                file,
                """
                {"model": {"type": "BPE",
                  "vocab": {"a": 0, "b": 1, "ab": 2, "ba": 3, "aba": 4, "bab": 5, "abab": 6},
                  "merges": ["a b", "b a", "ab a", "a ba", "b ab", "ba b", "ab ab", "a b"]},
                 "decoder": {"type": "ByteLevel"}}
                """);
        Tokenizer tokenizer = Tokenizers.load(file);
        // Of two equal merges the later holds: (a b) comes last now.
        assertArrayEquals(new int[] {4, 5}, tokenizer.encode("ababab", false));
        assertTimeout(Duration.ofSeconds(20), () -> tokenizer.encode("ab".repeat(200_000), false));
    }

    @Test
    void aTextOfAlmostAddedTokensIsSearchedInBoundedTime() throws IOException {
        Path file = dir.resolve("tokenizer.json");
        ObjectNode json = JSON.createObjectNode();
        ObjectNode model = json.putObject("model").put("type", "BPE");
        model.putObject("vocab").put("a", 0);
        model.putArray("merges");
        json.putArray("added_tokens")
                .addObject()
                .put("id", 1)
                .put("content", "a".repeat(4000) + "b");
        json.putObject("decoder").put("type", "ByteLevel");
        Files.write(file, JSON.writeValueAsBytes(json));
        Tokenizer tokenizer = Tokenizers.load(file);
        assertTimeout(Duration.ofSeconds(20), () -> tokenizer.encode("a".repeat(50_000), false));
    }

    private void assertRefused(
            Class<? extends ApusException> kind, String place, String value, String problem)
            throws IOException {
        Path source =
                Path.of(System.getProperty("apus.testdata"), "tokenizers/llama3/tokenizer.json");
        JsonNode json = JSON.readTree(Files.readAllBytes(source));
        int slash = place.lastIndexOf('/');
        JsonNode holder = json.at(place.substring(0, slash));
        String key = place.substring(slash + 1);
        JsonNode node = JSON.readTree(value);
        if (holder instanceof ObjectNode object) {
            if (node.isNull()) {
                object.remove(key);
            } else {
                object.set(key, node);
            }
        } else {
            ((com.fasterxml.jackson.databind.node.ArrayNode) holder)
                    .set(Integer.parseInt(key), node);
        }
        Path file = dir.resolve("tokenizer.json");
        Files.write(file, JSON.writeValueAsBytes(json));
        String message = assertThrows(kind, () -> Tokenizers.load(file)).getMessage();
        assertTrue(message.contains("tokenizer.json"), message);
        assertTrue(message.contains(problem), message);
        assertTrue(message.length() < 500, message);
    }
}
