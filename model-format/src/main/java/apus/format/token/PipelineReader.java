package apus.format.token;

import apus.format.Json;
import apus.format.JsonObject;
import apus.format.UnsupportedModelException;
import java.text.Normalizer.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the normalizer, pre-tokenizer and decoder of a tokenizer.json. */
final class PipelineReader {
    private PipelineReader() {}

    static Normalizer normalizer(Optional<JsonObject> node) {
        return node.map(PipelineReader::normalizer).orElse(new Normalizer.Chain(List.of()));
    }

    private static Normalizer normalizer(JsonObject node) {
        String type = node.requireText("type");
        return switch (type) {
            case "NFC" -> new Normalizer.Unicode(Form.NFC);
            case "NFD" -> new Normalizer.Unicode(Form.NFD);
            case "NFKC" -> new Normalizer.Unicode(Form.NFKC);
            case "NFKD" -> new Normalizer.Unicode(Form.NFKD);
            case "Prepend" -> new Normalizer.Prepend(node.requireText("prepend"));
            case "Replace" ->
                    isRunOfSpaces(node)
                            ? new Normalizer.RunOfSpaces(node.requireText("content"))
                            : replace(node);
            case "Sequence" -> {
                List<Normalizer> steps = new ArrayList<>();
                node.requireObjects("normalizers").forEach(n -> steps.add(normalizer(n)));
                yield new Normalizer.Chain(steps);
            }
            default ->
                    throw unsupported(
                            node, type, "NFC, NFD, NFKC, NFKD, Prepend, Replace, Sequence");
        };
    }

    /** The one regular expression that normalizers have in practice (T5's). */
    private static boolean isRunOfSpaces(JsonObject node) {
        return node.requireObject("pattern").text("Regex").orElse("").equals(" {2,}");
    }

    private static Normalizer.Replace replace(JsonObject node) {
        JsonObject pattern = node.requireObject("pattern");
        if (!pattern.has("String")) {
            throw unsupported(node, "Replace by a regular expression", "Replace of a literal text");
        }
        String target = pattern.requireText("String");
        if (target.isEmpty()) {
            throw pattern.error("String", "is empty");
        }
        return new Normalizer.Replace(target, node.requireText("content"));
    }

    static PreTokenizer preTokenizer(Optional<JsonObject> node) {
        return node.map(PipelineReader::preTokenizer).orElse(new PreTokenizer.Chain(List.of()));
    }

    private static PreTokenizer preTokenizer(JsonObject node) {
        String type = node.requireText("type");
        return switch (type) {
            case "ByteLevel" -> byteLevel(node);
            case "Split" -> split(node);
            case "Metaspace" -> metaspace(node);
            case "Sequence" -> {
                List<PreTokenizer> steps = new ArrayList<>();
                node.requireObjects("pretokenizers").forEach(n -> steps.add(preTokenizer(n)));
                yield new PreTokenizer.Chain(steps);
            }
            default -> throw unsupported(node, type, "ByteLevel, Split, Metaspace, Sequence");
        };
    }

    private static PreTokenizer byteLevel(JsonObject node) {
        boolean prefixSpace = node.flag("add_prefix_space", true);
        PreTokenizer bytes = new PreTokenizer.Bytes(prefixSpace);
        if (!node.flag("use_regex", true)) {
            return bytes;
        }
        // The prefix space belongs in front of the whole text, so a pattern must come after it:
        // refused, not guessed.
        if (prefixSpace) {
            throw unsupported(
                    node, "ByteLevel with add_prefix_space and use_regex", "either of them");
        }
        return new PreTokenizer.Chain(
                List.of(
                        new PreTokenizer.Pattern(WordPattern.of(node, WordPattern.GPT2_TEXT)),
                        bytes));
    }

    private static PreTokenizer split(JsonObject node) {
        String behavior = node.requireText("behavior");
        boolean invert = node.flag("invert", false);
        JsonObject pattern = node.requireObject("pattern");
        Optional<String> literal = pattern.text("String");
        if (literal.isPresent()
                && !literal.get().isEmpty()
                && behavior.equals("MergedWithPrevious")
                && !invert) {
            return new PreTokenizer.After(literal.get());
        }
        Optional<String> regex = pattern.text("Regex");
        // These patterns match every character, so "isolated" matches, and removing what lies
        // between, are the same.
        if (regex.isPresent()
                && ((behavior.equals("Isolated") && !invert)
                        || (behavior.equals("Removed") && invert))) {
            return new PreTokenizer.Pattern(WordPattern.of(node, regex.get()));
        }
        throw unsupported(
                node,
                "Split with behavior " + behavior + (invert ? ", inverted" : ""),
                "Isolated with a pattern, MergedWithPrevious with a literal");
    }

    private static PreTokenizer metaspace(JsonObject node) {
        PreTokenizer.Metaspace.Prepend prepend =
                switch (prependScheme(node)) {
                    case "always" -> PreTokenizer.Metaspace.Prepend.ALWAYS;
                    case "first" -> PreTokenizer.Metaspace.Prepend.FIRST;
                    default -> PreTokenizer.Metaspace.Prepend.NEVER;
                };
        return new PreTokenizer.Metaspace(replacement(node), prepend, node.flag("split", true));
    }

    private static String prependScheme(JsonObject node) {
        String scheme =
                node.text("prepend_scheme")
                        .orElse(node.flag("add_prefix_space", true) ? "always" : "never");
        if (!scheme.equals("always") && !scheme.equals("first") && !scheme.equals("never")) {
            throw unsupported(
                    node,
                    "Metaspace with prepend_scheme " + scheme,
                    "prepend_scheme always, first, never");
        }
        return scheme;
    }

    private static String replacement(JsonObject node) {
        String replacement = node.text("replacement").orElse("\u2581");
        if (replacement.codePointCount(0, replacement.length()) != 1) {
            throw node.error(
                    "replacement", "must be one character, found " + Json.shorten(replacement));
        }
        return replacement;
    }

    static Decoder decoder(Optional<JsonObject> decoder) {
        JsonObject node =
                decoder.orElseThrow(() ->
                        new UnsupportedModelException(
                                "tokenizer.json: a tokenizer without 'decoder' is not supported"));
        String type = node.requireText("type");
        if (type.equals("ByteLevel")) {
            return new Decoder.Bytes();
        }
        if (type.equals("Metaspace")) {
            return new Decoder.Metaspace(replacement(node), !prependScheme(node).equals("never"));
        }
        List<JsonObject> steps =
                type.equals("Sequence") ? node.requireObjects("decoders") : List.of(node);
        if (steps.size() == 1 && steps.getFirst().requireText("type").equals("ByteLevel")) {
            return new Decoder.Bytes();
        }
        List<Normalizer.Replace> replacements = new ArrayList<>();
        boolean byteFallback = false;
        boolean fused = false;
        char stripped = ' ';
        int strip = 0;
        for (JsonObject step : steps) {
            String kind = step.requireText("type");
            switch (kind) {
                case "Replace" -> replacements.add(replace(step));
                case "ByteFallback" -> byteFallback = true;
                case "Fuse" -> fused = true;
                case "Strip" -> {
                    String content = step.requireText("content");
                    if (!fused
                            || content.length() != 1
                            || step.integer("stop", 0, Integer.MAX_VALUE) != 0) {
                        throw unsupported(
                                step,
                                "Strip of anything but the start of the whole text",
                                "Strip of one character after Fuse");
                    }
                    stripped = content.charAt(0);
                    strip = step.integer("start", 0, Integer.MAX_VALUE);
                }
                default ->
                        throw unsupported(
                                step,
                                kind,
                                "ByteLevel, Metaspace, or a Sequence of Replace, ByteFallback,"
                                        + " Fuse, Strip");
            }
        }
        return new Decoder.Text(replacements, byteFallback, stripped, strip);
    }

    static UnsupportedModelException unsupported(JsonObject part, String found, String known) {
        return new UnsupportedModelException(
                part.where()
                        + ": "
                        + Json.shorten(found)
                        + " is not supported; supported: "
                        + known);
    }
}
