package apus.format.token;

import static org.junit.jupiter.api.Assertions.assertEquals;

import apus.format.JsonObject;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/**
 * Pre-tokenizers cut any text where the reference does. Its model knows no character and fuses the
 * unknown ones, so that each word is one token, which tells where the word stood.
 */
@AddLifecycleHook(NeedsNativeTokenizer.class)
final class CuttingOraclePropertyTest {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonReadFeature.ALLOW_SINGLE_QUOTES).build();

    private record Pair(PreTokenizer ours, NativeTokenizer theirs) {}

    private static final class Cutters {
        static final Map<String, Pair> ALL = new LinkedHashMap<>();

        static {
            Patterns.ALL.forEach(
                    (name, pattern) -> add(name, split("Regex", pattern, "Isolated", false)));
            for (String behavior :
                    List.of(
                            "Isolated",
                            "Removed",
                            "MergedWithPrevious",
                            "MergedWithNext",
                            "Contiguous")) {
                for (boolean invert : new boolean[] {false, true}) {
                    String suffix = behavior + (invert ? ", inverted" : "");
                    add("letters " + suffix, split("Regex", "\\p{L}{1,2}", behavior, invert));
                    add("literal " + suffix, split("String", "\u2581", behavior, invert));
                    add("dot " + suffix, split("String", ".", behavior, invert));
                }
                add(
                        "Punctuation " + behavior,
                        "{'type': 'Punctuation', 'behavior': '%s'}".formatted(behavior));
            }
            add("removed words", split("Regex", Patterns.ALL.get("Llama 3"), "Removed", true));
            add("Digits", "{'type': 'Digits', 'individual_digits': false}");
            add("single digits", "{'type': 'Digits', 'individual_digits': true}");
            add("Whitespace", "{'type': 'Whitespace'}");
            add("WhitespaceSplit", "{'type': 'WhitespaceSplit'}");
            add("Bert", "{'type': 'BertPreTokenizer'}");
            add("delimiter", "{'type': 'CharDelimiterSplit', 'delimiter': 'e'}");
            add(
                    "ByteLevel",
                    "{'type': 'ByteLevel', 'add_prefix_space': false, 'trim_offsets': false}");
            add(
                    "StarCoder",
                    "{'type': 'Sequence', 'pretokenizers': [{'type': 'Digits', 'individual_digits':"
                            + " true}, {'type': 'ByteLevel', 'add_prefix_space': false,"
                            + " 'trim_offsets': true, 'use_regex': true}]}");
            add(
                    "DeepSeek V3, whole",
                    ("{'type': 'Sequence', 'pretokenizers': [%s, %s, %s, {'type': 'ByteLevel',"
                                    + " 'add_prefix_space': false, 'trim_offsets': true,"
                                    + " 'use_regex': false}]}")
                            .formatted(deepSeek(1), deepSeek(2), deepSeek(3)));
        }

        private static String deepSeek(int part) {
            return split("Regex", Patterns.ALL.get("DeepSeek V3, " + part), "Isolated", false);
        }

        private static String split(String kind, String pattern, String behavior, boolean invert) {
            ObjectNode node = JSON.createObjectNode().put("type", "Split");
            node.putObject("pattern").put(kind, pattern);
            return node.put("behavior", behavior).put("invert", invert).toString();
        }

        private static void add(String name, String preTokenizer) {
            ObjectNode json = JSON.createObjectNode();
            try {
                json.set("pre_tokenizer", JSON.readTree(preTokenizer));
            } catch (JsonProcessingException e) {
                throw new IllegalArgumentException(preTokenizer, e);
            }
            ObjectNode model = json.putObject("model").put("type", "BPE");
            model.putObject("vocab").put("<unk>", 0);
            model.putArray("merges");
            model.put("unk_token", "<unk>").put("fuse_unk", true);
            PreTokenizer ours =
                    PipelineReader.cutting(
                                    Optional.of(
                                            new JsonObject(
                                                    name, (ObjectNode) json.get("pre_tokenizer"))),
                                    false)
                            .preTokenizer();
            ALL.put(name, new Pair(ours, new NativeTokenizer(json.toString())));
        }
    }

    @Provide
    Arbitrary<String> texts() {
        return AnyText.of(List.of("\u2581", "..", "ee", "123456"));
    }

    @Property(tries = 1000)
    void wordsAreThoseOfTheReference(@ForAll("texts") String text) {
        Cutters.ALL.forEach((name, pair) -> {
            List<String> words = new ArrayList<>();
            if (!text.isEmpty()) {
                pair.ours()
                        .split(
                                text,
                                0,
                                text.length(),
                                true,
                                (word, from, to) -> words.add(word.substring(from, to)));
            }
            assertEquals(pair.theirs().spans(text), words, name);
        });
    }
}
