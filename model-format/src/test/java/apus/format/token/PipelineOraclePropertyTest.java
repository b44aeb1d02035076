package apus.format.token;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/** The packs with other parts in their pipelines, as other models have them. */
@AddLifecycleHook(NeedsNativeTokenizer.class)
final class PipelineOraclePropertyTest {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonReadFeature.ALLOW_SINGLE_QUOTES).build();

    private static final class Pipelines {
        static final Map<String, OraclePair> ALL = new LinkedHashMap<>();

        static {
            normalizers();
            preTokenizers();
            decoders();
            processors();
            addedTokens();
            models();
        }

        private static void normalizers() {
            for (String type :
                    List.of(
                            "NFC",
                            "NFD",
                            "NFKC",
                            "NFKD",
                            "Lowercase",
                            "StripAccents",
                            "ByteLevel")) {
                add("llama3", "normalizer", "{'type': '%s'}".formatted(type));
            }
            add("unigram", "normalizer", Charsmaps.SMALL);
            for (String sides : List.of("true, false", "false, true", "true, true")) {
                String[] side = sides.split(", ", 2);
                add(
                        "gpt2",
                        "normalizer",
                        "{'type': 'Strip', 'strip_left': %s, 'strip_right': %s}"
                                .formatted(side[0], side[1]));
            }
            add(
                    "unigram",
                    "normalizer",
                    "{'type': 'Sequence', 'normalizers': [{'type': 'NFD'}, {'type': 'StripAccents'},"
                            + " {'type': 'Lowercase'}, {'type': 'Replace', 'pattern': {'Regex':"
                            + " '[0-9]+|\\\\s{2,}'}, 'content': '#'}, {'type': 'Prepend', 'prepend':"
                            + " 'x'}, {'type': 'Strip', 'strip_left': false, 'strip_right': true}]}");
            add(
                    "unigram",
                    "normalizer",
                    "{'type': 'Replace', 'pattern': {'String': '.'}, 'content': ''}");
        }

        private static void preTokenizers() {
            for (boolean prefix : new boolean[] {true, false}) {
                for (boolean regex : new boolean[] {true, false}) {
                    add(
                            "gpt2",
                            "pre_tokenizer",
                            "{'type': 'ByteLevel', 'add_prefix_space': %s, 'trim_offsets': true, 'use_regex': %s}"
                                    .formatted(prefix, regex));
                }
            }
            for (String scheme : List.of("always", "first", "never")) {
                for (boolean split : new boolean[] {true, false}) {
                    for (String pack : List.of("mistral", "unigram")) {
                        add(
                                pack,
                                "pre_tokenizer",
                                "{'type': 'Metaspace', 'replacement': '\u2581', 'prepend_scheme': '%s', 'split': %s}"
                                        .formatted(scheme, split));
                    }
                }
            }
            add(
                    "mistral",
                    "pre_tokenizer",
                    "{'type': 'Metaspace', 'replacement': '_', 'add_prefix_space': true}");
            add(
                    "unigram",
                    "pre_tokenizer",
                    "{'type': 'Sequence', 'pretokenizers': [{'type': 'WhitespaceSplit'}, {'type':"
                            + " 'Metaspace', 'replacement': '\u2581', 'prepend_scheme': 'always'}]}");
            add("llama3", "pre_tokenizer", "null");
            add("llama2", "pre_tokenizer", "{'type': 'Whitespace'}");
            add(
                    "gpt2",
                    "pre_tokenizer",
                    "{'type': 'Sequence', 'pretokenizers': [{'type': 'Punctuation', 'behavior':"
                            + " 'Contiguous'}, {'type': 'ByteLevel', 'add_prefix_space': false,"
                            + " 'trim_offsets': true, 'use_regex': true}, {'type': 'Digits',"
                            + " 'individual_digits': false}, {'type': 'Split', 'pattern': {'Regex':"
                            + " '[0-9][0-9][0-9]'}, 'behavior': 'Isolated', 'invert': false}]}");
            Patterns.ALL.forEach((name, pattern) -> {
                ObjectNode node = JSON.createObjectNode().put("type", "Sequence");
                ObjectNode split = node.putArray("pretokenizers").addObject().put("type", "Split");
                split.putObject("pattern").put("Regex", pattern);
                split.put("behavior", "Isolated").put("invert", false);
                node.withArray("pretokenizers")
                        .addObject()
                        .put("type", "ByteLevel")
                        .put("add_prefix_space", false)
                        .put("trim_offsets", true)
                        .put("use_regex", false);
                add("llama3", "pre_tokenizer", node.toString());
            });
        }

        private static void decoders() {
            String replace = "{'type': 'Replace', 'pattern': {'String': '\u2581'}, 'content': ' '}";
            String bytes = "{'type': 'ByteFallback'}";
            String fuse = "{'type': 'Fuse'}";
            String strip = "{'type': 'Strip', 'content': ' ', 'start': %d, 'stop': 0}";
            String metaspace =
                    "{'type': 'Metaspace', 'replacement': '\u2581', 'prepend_scheme': '%s', 'split': true}";
            for (String pack : List.of("llama2", "unigram")) {
                add(pack, "decoder", sequence(replace, bytes, fuse));
                add(pack, "decoder", sequence(replace, bytes, fuse, strip.formatted(2)));
                add(pack, "decoder", sequence(bytes, fuse, replace));
                add(pack, "decoder", sequence(replace, strip.formatted(1)));
                add(pack, "decoder", sequence(bytes, metaspace.formatted("always")));
                add(pack, "decoder", sequence(metaspace.formatted("first")));
                add(pack, "decoder", sequence(metaspace.formatted("never"), bytes));
                add(pack, "decoder", bytes);
                add(pack, "decoder", fuse);
                add(
                        pack,
                        "decoder",
                        sequence(
                                "{'type': 'Replace', 'pattern': {'Regex': '[aeiou]+'}, 'content': '*'}",
                                bytes));
            }
            add(
                    "gpt2",
                    "decoder",
                    sequence(
                            "{'type': 'ByteLevel', 'add_prefix_space': true, 'trim_offsets': true}"));
        }

        private static String sequence(String... steps) {
            return "{'type': 'Sequence', 'decoders': [" + String.join(", ", steps) + "]}";
        }

        private static void processors() {
            add(
                    "gpt2",
                    "post_processor",
                    "{'type': 'RobertaProcessing', 'sep': ['a', 5], 'cls': ['b', 6], 'trim_offsets':"
                            + " true, 'add_prefix_space': false}");
            add(
                    "gpt2",
                    "post_processor",
                    "{'type': 'BertProcessing', 'sep': ['a', 5], 'cls': ['b', 6]}");
            add(
                    "gpt2",
                    "post_processor",
                    "{'type': 'Sequence', 'processors': [{'type': 'ByteLevel',"
                            + " 'add_prefix_space': false, 'trim_offsets': true}, {'type':"
                            + " 'TemplateProcessing', 'single': [{'SpecialToken': {'id': 'x', 'type_id':"
                            + " 0}}, {'Sequence': {'id': 'A', 'type_id': 0}}, {'SpecialToken': {'id':"
                            + " 'y', 'type_id': 0}}], 'pair': [{'Sequence': {'id': 'A', 'type_id': 0}},"
                            + " {'Sequence': {'id': 'B', 'type_id': 0}}], 'special_tokens': {'x': {'id':"
                            + " 'x', 'ids': [7, 8], 'tokens': ['a', 'b']}, 'y': {'id': 'y', 'ids': [9],"
                            + " 'tokens': ['c']}}}]}");
        }

        private static void addedTokens() {
            for (String pack : List.of("gpt2", "qwen2", "llama2", "unigram")) {
                StringBuilder tokens = new StringBuilder();
                // The reference numbers what is not in the vocabulary itself, after it.
                int first = json(pack).at("/model/vocab").size();
                int id = first;
                for (String content :
                        List.of(
                                "the the",
                                "The way",
                                "e the",
                                "\\n\\n",
                                "   ",
                                "\u00E9\u00E9",
                                "<a>",
                                "a_b")) {
                    boolean odd = id % 2 == 1;
                    tokens.append(
                            ("%s{'id': %d, 'content': '%s', 'single_word': %s, 'lstrip': %s,"
                                            + " 'rstrip': %s, 'normalized': %s, 'special': %s}")
                                    .formatted(
                                            id == first ? "" : ",",
                                            id,
                                            content,
                                            content.contains("he") || content.equals("a_b"),
                                            content.equals("<a>") || content.equals("The way"),
                                            content.equals("<a>") || content.equals("the the"),
                                            odd,
                                            content.equals("<a>")));
                    id++;
                }
                add(pack, "added_tokens", "[" + tokens + "]");
            }
        }

        private static void models() {
            for (boolean fuse : new boolean[] {true, false}) {
                // The pack with few of its pieces, some bytes among them.
                add(
                        "llama2",
                        "model",
                        ("{'type': 'BPE', 'unk_token': '<unk>', 'fuse_unk': %s, 'byte_fallback': true,"
                                        + " 'vocab': {'<unk>': 0, 't': 1, 'h': 2, 'e': 3, 'th': 4,"
                                        + " 'he': 5, 'the': 6, '\u2581': 7, '<0xE4>': 8, '<0xB8>': 9,"
                                        + " '<0x96>': 10, '<0xE7>': 11, '<0x95>': 12, '<0x8C>': 13,"
                                        + " '<0x0A>': 14, '\u2581t': 15, '<0xE4><0xB8>': 16, 'e<unk>': 17},"
                                        + " 'merges': ['\u2581 t', 'h e', 't h', 't he', 'th e',"
                                        + " '<0xE4> <0xB8>', 'e <unk>']}")
                                .formatted(fuse));
            }
            add(
                    "gpt2",
                    "model",
                    "{'type': 'BPE', 'vocab': {'t': 0, 'h': 1, 'e': 2, 'th': 3, 'the': 4, '\u0120the': 5,"
                            + " '\u0120': 6}, 'merges': ['t h', 'th e'], 'ignore_merges': true}");
            add(
                    "unigram",
                    "model",
                    "{'type': 'Unigram', 'unk_id': 0, 'byte_fallback': true, 'vocab': [['<unk>', 0],"
                            + " ['t', -3], ['h', -4], ['th', -5], ['\u2581', -2.5], ['<0x65>', -9],"
                            + " ['<0xF0>', -9], ['<0x9F>', -9], ['<0x91>', -9], ['<0xA9>', -9],"
                            + " ['ee', -4], ['e', -20]]}");
        }

        private static ObjectNode json(String pack) {
            Path file =
                    Path.of(
                            System.getProperty("apus.testdata"),
                            "tokenizers",
                            pack,
                            "tokenizer.json");
            try {
                return (ObjectNode) JSON.readTree(Files.readAllBytes(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void add(String pack, String key, String value) {
            try {
                ObjectNode json = json(pack);
                json.set(key, JSON.readTree(value));
                if (key.equals("model")) {
                    json.putArray("added_tokens");
                    json.putNull("post_processor");
                }
                OraclePair pair =
                        new OraclePair(
                                new TokenizerReader(json).read(),
                                new NativeTokenizer(json.toString()));
                ALL.put(pack + " with " + value, pair);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Provide
    Arbitrary<String> texts() {
        return AnyText.of(
                List.of(
                        "<s>",
                        "</s>",
                        "<unk>",
                        "<|endoftext|>",
                        "<|im_end|>",
                        "<extra_id_0>",
                        "<a>",
                        "the",
                        " the",
                        "  ",
                        "e the",
                        "THE",
                        "thethe",
                        "\uFF21",
                        "\uFB01",
                        "\u00C5",
                        "\u0130",
                        "\u03A3"));
    }

    @Property(tries = 300)
    void encodesAndDecodesAnyText(@ForAll("texts") String text) {
        Pipelines.ALL.forEach((name, pair) -> {
            pair.assertEncodesAlike(text, name);
        });
    }

    @Property(tries = 200)
    void decodesAnyIds(@ForAll Random random) {
        Pipelines.ALL.forEach((name, pair) -> {
            int[] ids = random.ints(random.nextInt(30), 0, pair.ours().vocabSize() + 5).toArray();
            pair.assertDecodesAlike(ids, name);
        });
    }
}
