package apus.format.token;

import apus.format.Json;
import apus.format.ModelFormatException;
import apus.format.UnsupportedModelException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.text.Normalizer.Form;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns tokenizer.json into a {@link BpeTokenizer}. The file is untrusted: every id and every
 * reference is checked.
 */
final class TokenizerReader {
    private static final int MAX_ID = 1 << 24;

    private final ObjectNode json;

    TokenizerReader(ObjectNode json) {
        this.json = json;
    }

    Tokenizer read() {
        JsonNode model = json.path("model");
        // Files older than the field hold BPE where there are merges.
        String type = model.path("type").asText(model.has("merges") ? "BPE" : "missing");
        if (!type.equals("BPE")) {
            throw unsupported("model", type, "BPE");
        }
        refuse(model, "dropout");
        refuseText(model, "continuing_subword_prefix");
        refuseText(model, "end_of_word_suffix");
        Map<String, Integer> ids = vocabulary(model);
        Merges merges = merges(model, ids);
        List<AddedTokens.Added> added = addedTokens(ids);
        int size = 1 + ids.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
        Vocabulary vocabulary = new Vocabulary(ids, size, added);
        String unknown = model.path("unk_token").asText("");
        boolean ignoreMerges = model.path("ignore_merges").asBoolean(false);
        boolean byteFallback = model.path("byte_fallback").asBoolean(false);
        boolean fuse = model.path("fuse_unk").asBoolean(false);
        BpeModel bpe =
                new BpeModel(
                        vocabulary,
                        merges,
                        ignoreMerges,
                        byteFallback,
                        vocabulary.find(unknown),
                        fuse);
        Affixes affixes = affixes(vocabulary, json.path("post_processor"));
        return new BpeTokenizer(
                new BpeTokenizer.Parts(
                        vocabulary,
                        added,
                        normalizer(json.path("normalizer")),
                        preTokenizer(json.path("pre_tokenizer")),
                        bpe,
                        affixes.prefix(),
                        affixes.suffix(),
                        decoder(json.path("decoder"))));
    }

    private static Map<String, Integer> vocabulary(JsonNode model) {
        if (!(model.get("vocab") instanceof ObjectNode vocab) || vocab.isEmpty()) {
            throw new ModelFormatException(
                    "tokenizer.json: 'model.vocab' must be an object that is not empty");
        }
        Map<String, Integer> ids = HashMap.newHashMap(vocab.size() + 256);
        Map<Integer, String> owners = HashMap.newHashMap(vocab.size());
        for (Map.Entry<String, JsonNode> entry : vocab.properties()) {
            int id = id("model.vocab." + Json.shorten(entry.getKey()), entry.getValue());
            String owner = owners.putIfAbsent(id, entry.getKey());
            if (owner != null) {
                throw new ModelFormatException(
                        "tokenizer.json: 'model.vocab' gives id "
                                + id
                                + " to "
                                + Json.shorten(owner)
                                + " and to "
                                + Json.shorten(entry.getKey()));
            }
            ids.put(entry.getKey(), id);
        }
        return ids;
    }

    private static int id(String where, JsonNode node) {
        if (!node.isIntegralNumber() || node.longValue() < 0 || node.longValue() > MAX_ID) {
            throw new ModelFormatException(
                    "tokenizer.json: '"
                            + where
                            + "' must be an id from 0 to "
                            + MAX_ID
                            + ", found "
                            + Json.shorten(node.toString()));
        }
        return node.intValue();
    }

    /** Merges come as {@code "a b"}, or as {@code ["a", "b"]} where pieces may hold spaces. */
    private static Merges merges(JsonNode model, Map<String, Integer> ids) {
        JsonNode list = model.path("merges");
        Merges merges = new Merges(list.size());
        int rank = 0;
        for (JsonNode entry : list) {
            String left;
            String right;
            if (entry.isTextual()) {
                String text = entry.textValue();
                int space = text.indexOf(' ');
                if (space <= 0 || space != text.lastIndexOf(' ') || space == text.length() - 1) {
                    throw badMerge(rank, entry);
                }
                left = text.substring(0, space);
                right = text.substring(space + 1);
            } else if (entry.isArray()
                    && entry.size() == 2
                    && entry.get(0).isTextual()
                    && entry.get(1).isTextual()) {
                left = entry.get(0).textValue();
                right = entry.get(1).textValue();
            } else {
                throw badMerge(rank, entry);
            }
            Integer leftId = ids.get(left);
            Integer rightId = ids.get(right);
            Integer result = ids.get(left + right);
            if (leftId == null || rightId == null || result == null) {
                throw new ModelFormatException(
                        "tokenizer.json: 'model.merges["
                                + rank
                                + "]' joins "
                                + Json.shorten(left)
                                + " and "
                                + Json.shorten(right)
                                + ", but not all of the two and their union are in 'model.vocab'");
            }
            merges.put(leftId, rightId, rank++, result);
        }
        return merges;
    }

    private static ModelFormatException badMerge(int rank, JsonNode found) {
        return new ModelFormatException(
                "tokenizer.json: 'model.merges["
                        + rank
                        + "]' must be two pieces with a space between, or a list of two, found "
                        + Json.shorten(found.toString()));
    }

    private List<AddedTokens.Added> addedTokens(Map<String, Integer> ids) {
        List<AddedTokens.Added> added = new ArrayList<>();
        for (JsonNode node : json.path("added_tokens")) {
            String content = node.path("content").asText("");
            if (content.isEmpty()) {
                throw new ModelFormatException(
                        "tokenizer.json: 'added_tokens[" + added.size() + "]' has no content");
            }
            int id = id("added_tokens[" + added.size() + "].id", node.path("id"));
            Integer other = ids.putIfAbsent(content, id);
            if (other != null && other != id) {
                throw new ModelFormatException(
                        "tokenizer.json: "
                                + Json.shorten(content)
                                + " is id "
                                + other
                                + " in 'model.vocab' and id "
                                + id
                                + " in 'added_tokens'");
            }
            added.add(
                    new AddedTokens.Added(
                            id,
                            content,
                            node.path("single_word").asBoolean(false),
                            node.path("lstrip").asBoolean(false),
                            node.path("rstrip").asBoolean(false),
                            node.path("normalized").asBoolean(false),
                            node.path("special").asBoolean(false)));
        }
        return added;
    }

    private static Normalizer normalizer(JsonNode node) {
        if (absent(node)) {
            return new Normalizer.Chain(List.of());
        }
        String type = node.path("type").asText();
        return switch (type) {
            case "NFC" -> new Normalizer.Unicode(Form.NFC);
            case "NFD" -> new Normalizer.Unicode(Form.NFD);
            case "NFKC" -> new Normalizer.Unicode(Form.NFKC);
            case "NFKD" -> new Normalizer.Unicode(Form.NFKD);
            case "Prepend" -> new Normalizer.Prepend(node.path("prepend").asText());
            case "Replace" -> replace("normalizer", node);
            case "Sequence" -> {
                List<Normalizer> steps = new ArrayList<>();
                node.path("normalizers").forEach(n -> steps.add(normalizer(n)));
                yield new Normalizer.Chain(steps);
            }
            default ->
                    throw unsupported(
                            "normalizer", type, "NFC, NFD, NFKC, NFKD, Prepend, Replace, Sequence");
        };
    }

    private static Normalizer.Replace replace(String part, JsonNode node) {
        String target = node.path("pattern").path("String").asText("");
        if (target.isEmpty()) {
            throw unsupported(part, "Replace by a regular expression", "Replace of a literal text");
        }
        return new Normalizer.Replace(target, node.path("content").asText());
    }

    private static PreTokenizer preTokenizer(JsonNode node) {
        if (absent(node)) {
            return new PreTokenizer.Chain(List.of());
        }
        String type = node.path("type").asText();
        return switch (type) {
            case "ByteLevel" -> {
                PreTokenizer bytes =
                        new PreTokenizer.Bytes(node.path("add_prefix_space").asBoolean(true));
                // The prefix space belongs in front of the whole text, so a pattern must come after
                // it: refused, not guessed.
                if (!node.path("use_regex").asBoolean(true)) {
                    yield bytes;
                }
                if (node.path("add_prefix_space").asBoolean(true)) {
                    throw unsupported(
                            "pre_tokenizer",
                            "ByteLevel with add_prefix_space and use_regex",
                            "either of them");
                }
                yield new PreTokenizer.Chain(
                        List.of(
                                new PreTokenizer.Pattern(WordPattern.of(WordPattern.GPT2_TEXT)),
                                bytes));
            }
            case "Split" -> split(node);
            case "Metaspace" -> metaspace(node);
            case "Sequence" -> {
                List<PreTokenizer> steps = new ArrayList<>();
                node.path("pretokenizers").forEach(n -> steps.add(preTokenizer(n)));
                yield new PreTokenizer.Chain(steps);
            }
            default ->
                    throw unsupported(
                            "pre_tokenizer", type, "ByteLevel, Split, Metaspace, Sequence");
        };
    }

    private static PreTokenizer split(JsonNode node) {
        String behavior = node.path("behavior").asText();
        boolean invert = node.path("invert").asBoolean(false);
        JsonNode literal = node.path("pattern").path("String");
        if (literal.isTextual()
                && !literal.asText().isEmpty()
                && behavior.equals("MergedWithPrevious")
                && !invert) {
            return new PreTokenizer.After(literal.asText());
        }
        JsonNode regex = node.path("pattern").path("Regex");
        // These patterns match every character, so "isolated" matches, and removing what lies
        // between, are the same.
        if (regex.isTextual()
                && ((behavior.equals("Isolated") && !invert)
                        || (behavior.equals("Removed") && invert))) {
            return new PreTokenizer.Pattern(WordPattern.of(regex.asText()));
        }
        throw unsupported(
                "pre_tokenizer",
                "Split with behavior " + behavior + (invert ? ", inverted" : ""),
                "Isolated with a pattern, MergedWithPrevious with a literal");
    }

    private static PreTokenizer metaspace(JsonNode node) {
        String scheme =
                node.path("prepend_scheme")
                        .asText(node.path("add_prefix_space").asBoolean(true) ? "always" : "never");
        PreTokenizer.Metaspace.Prepend prepend =
                switch (scheme) {
                    case "always" -> PreTokenizer.Metaspace.Prepend.ALWAYS;
                    case "first" -> PreTokenizer.Metaspace.Prepend.FIRST;
                    case "never" -> PreTokenizer.Metaspace.Prepend.NEVER;
                    default ->
                            throw unsupported(
                                    "pre_tokenizer.prepend_scheme", scheme, "always, first, never");
                };
        String replacement = node.path("replacement").asText("\u2581");
        if (replacement.isEmpty()) {
            throw new ModelFormatException("tokenizer.json: 'pre_tokenizer.replacement' is empty");
        }
        return new PreTokenizer.Metaspace(replacement, prepend, node.path("split").asBoolean(true));
    }

    /** What the post-processor puts around a single text. */
    private record Affixes(int[] prefix, int[] suffix) {}

    private static Affixes affixes(Vocabulary vocabulary, JsonNode node) {
        Affixes none = new Affixes(new int[0], new int[0]);
        if (absent(node)) {
            return none;
        }
        String type = node.path("type").asText();
        return switch (type) {
            // It only moves offsets, which are not kept here.
            case "ByteLevel" -> none;
            case "TemplateProcessing" -> template(vocabulary, node);
            case "Sequence" -> {
                Affixes all = none;
                for (JsonNode step : node.path("processors")) {
                    Affixes more = affixes(vocabulary, step);
                    all = new Affixes(join(more.prefix, all.prefix), join(all.suffix, more.suffix));
                }
                yield all;
            }
            default ->
                    throw unsupported(
                            "post_processor", type, "ByteLevel, TemplateProcessing, Sequence");
        };
    }

    private static Affixes template(Vocabulary vocabulary, JsonNode node) {
        IntList prefix = new IntList(4);
        IntList suffix = new IntList(4);
        IntList now = prefix;
        for (JsonNode step : node.path("single")) {
            if (step.has("Sequence")) {
                now = suffix;
                continue;
            }
            String name = step.path("SpecialToken").path("id").asText();
            for (JsonNode id : node.path("special_tokens").path(name).path("ids")) {
                int value = id("post_processor.special_tokens." + Json.shorten(name) + ".ids", id);
                if (value >= vocabulary.size()) {
                    throw new ModelFormatException(
                            "tokenizer.json: the post-processor's token "
                                    + Json.shorten(name)
                                    + " has id "
                                    + value
                                    + ", beyond the vocabulary of "
                                    + vocabulary.size());
                }
                now.add(value);
            }
        }
        return new Affixes(prefix.toArray(), suffix.toArray());
    }

    private static int[] join(int[] a, int[] b) {
        int[] joined = java.util.Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, joined, a.length, b.length);
        return joined;
    }

    private static Decoder decoder(JsonNode node) {
        String type = node.path("type").asText("missing");
        List<JsonNode> steps = new ArrayList<>();
        if (type.equals("Sequence")) {
            node.path("decoders").forEach(steps::add);
        } else {
            steps.add(node);
        }
        if (steps.size() == 1 && steps.getFirst().path("type").asText().equals("ByteLevel")) {
            return new Decoder.Bytes();
        }
        List<Normalizer.Replace> replacements = new ArrayList<>();
        boolean byteFallback = false;
        boolean fused = false;
        char stripped = ' ';
        int strip = 0;
        for (JsonNode step : steps) {
            String kind = step.path("type").asText("missing");
            switch (kind) {
                case "Replace" -> replacements.add(replace("decoder", step));
                case "ByteFallback" -> byteFallback = true;
                case "Fuse" -> fused = true;
                case "Strip" -> {
                    if (!fused
                            || step.path("content").asText().length() != 1
                            || step.path("stop").asInt() != 0) {
                        throw unsupported(
                                "decoder",
                                "Strip of anything but the start of the whole text",
                                "Strip after Fuse");
                    }
                    stripped = step.path("content").asText().charAt(0);
                    strip = step.path("start").asInt();
                }
                case "Metaspace" -> {
                    replacements.add(
                            new Normalizer.Replace(step.path("replacement").asText("\u2581"), " "));
                    strip = step.path("prepend_scheme").asText("always").equals("never") ? 0 : 1;
                }
                default ->
                        throw unsupported(
                                "decoder",
                                kind,
                                "ByteLevel, Replace, ByteFallback, Fuse, Strip, Metaspace, Sequence");
            }
        }
        return new Decoder.Text(replacements, byteFallback, stripped, strip);
    }

    private static boolean absent(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }

    private static void refuse(JsonNode model, String key) {
        if (!absent(model.path(key)) && model.path(key).asDouble(0) != 0) {
            throw unsupported("model", "BPE with " + key, "BPE without it");
        }
    }

    private static void refuseText(JsonNode model, String key) {
        if (!model.path(key).asText("").isEmpty() && !absent(model.path(key))) {
            throw unsupported("model", "BPE with " + key, "BPE without it");
        }
    }

    private static UnsupportedModelException unsupported(String part, String found, String known) {
        return new UnsupportedModelException(
                "tokenizer.json: '"
                        + part
                        + "' "
                        + Json.shorten(found)
                        + " is not supported; supported: "
                        + known);
    }
}
