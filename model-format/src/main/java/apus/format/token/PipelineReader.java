package apus.format.token;

import apus.format.Json;
import apus.format.JsonObject;
import apus.format.UnsupportedModelException;
import apus.format.regex.Regex;
import java.text.Normalizer.Form;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Reads the normalizer and the pre-tokenizer of a tokenizer.json. */
final class PipelineReader {
    /** GPT-2's pattern, which byte-level pre-tokenizers hold without its being written. */
    static final String GPT2 =
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

    /** {@code \w+|[^\w\s]+} for Rust's regular expressions, whose {@code \w} is another. */
    private static final String WHITESPACE =
            "[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\x{200C}\\x{200D}]+|"
                    + "[^\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\x{200C}\\x{200D}\\s]+";

    private static final String PUNCTUATION =
            "[!-/:-@\\[-`{-~\\p{P}"
                    + ReferenceUnicode.pattern(ReferenceUnicode.PUNCTUATION)
                    + "&&[^"
                    + ReferenceUnicode.pattern(ReferenceUnicode.NO_PUNCTUATION)
                    + "]]";

    private PipelineReader() {}

    static Normalizer normalizer(Optional<JsonObject> node) {
        return node.map(PipelineReader::normalizer).orElse(new Normalizer.Chain(List.of()));
    }

    private static Normalizer normalizer(JsonObject node) {
        String type = node.requireText("type");
        return switch (type) {
            case "NFC" -> new NormalForm(Form.NFC);
            case "NFD" -> new NormalForm(Form.NFD);
            case "NFKC" -> new NormalForm(Form.NFKC);
            case "NFKD" -> new NormalForm(Form.NFKD);
            case "Prepend" -> new Normalizer.Prepend(node.requireText("prepend"));
            case "Replace" -> replace(node);
            case "Strip" ->
                    new Normalizer.Strip(
                            node.flag("strip_left", true), node.flag("strip_right", true));
            case "StripAccents" -> new Normalizer.StripAccents();
            case "Lowercase" -> new Normalizer.Lowercase();
            case "ByteLevel" -> new Normalizer.Bytes();
            case "Precompiled" -> charsmap(node);
            case "Sequence" -> {
                List<Normalizer> steps = new ArrayList<>();
                node.requireObjects("normalizers").forEach(n -> steps.add(normalizer(n)));
                yield new Normalizer.Chain(steps);
            }
            default ->
                    throw unsupported(
                            node,
                            type,
                            "NFC, NFD, NFKC, NFKD, Prepend, Replace, Strip, StripAccents,"
                                    + " Lowercase, ByteLevel, Precompiled, Sequence");
        };
    }

    static Normalizer replace(JsonObject node) {
        JsonObject pattern = node.requireObject("pattern");
        if (!pattern.has("String") && pattern.has("Regex")) {
            Regex regex = Regex.compile(node.where(), pattern.requireText("Regex"));
            return new Normalizer.ReplacePattern(regex, node.requireText("content"));
        }
        return new Normalizer.Replace(literal(pattern), node.requireText("content"));
    }

    private static String literal(JsonObject pattern) {
        String literal = pattern.requireText("String");
        if (literal.isEmpty()) {
            throw pattern.error("String", "is empty");
        }
        return literal;
    }

    private static Normalizer charsmap(JsonObject node) {
        String written = node.requireText("precompiled_charsmap");
        byte[] map;
        try {
            map = Base64.getDecoder().decode(written);
        } catch (IllegalArgumentException e) {
            throw node.error("precompiled_charsmap", "is not base64: " + e.getMessage());
        }
        return Charsmap.of(map)
                .orElseThrow(() ->
                        node.error(
                                "precompiled_charsmap",
                                "is not a length, a trie of that length, and texts"));
    }

    /**
     * How words are cut, and whether what is left is to write them as bytes.
     *
     * @param bytes so that words can be remembered as they stand in the text
     */
    record Cutting(PreTokenizer preTokenizer, boolean bytes) {}

    /**
     * @param removes whether the normalizer may take away what a text begins with
     */
    static Cutting cutting(Optional<JsonObject> node, boolean removes) {
        List<PreTokenizer> steps = new ArrayList<>();
        node.ifPresent(n -> preTokenizer(n, steps));
        for (PreTokenizer step : steps) {
            // The reference prepends nothing then: it asks where the rest stood before.
            if (removes
                    && step instanceof PreTokenizer.Metaspace(_, var prepend, _)
                    && prepend == PreTokenizer.Metaspace.Prepend.FIRST) {
                throw unsupported(
                        node.orElseThrow(),
                        "Metaspace with prepend_scheme first, after a normalizer that may remove"
                                + " the start,",
                        "prepend_scheme always, never");
            }
        }
        boolean bytes = !steps.isEmpty() && steps.getLast() instanceof PreTokenizer.Bytes;
        if (bytes) {
            steps.removeLast();
        }
        return new Cutting(
                steps.size() == 1 ? steps.getFirst() : new PreTokenizer.Chain(List.copyOf(steps)),
                bytes);
    }

    private static void preTokenizer(JsonObject node, List<PreTokenizer> steps) {
        String type = node.requireText("type");
        switch (type) {
            case "ByteLevel" -> byteLevel(node, steps);
            case "Split" -> steps.add(split(node));
            case "Metaspace" -> steps.add(metaspace(node));
            case "Digits" ->
                    steps.add(
                            split(
                                    node,
                                    "\\p{N}",
                                    node.flag("individual_digits", false)
                                            ? PreTokenizer.Behavior.ISOLATED
                                            : PreTokenizer.Behavior.CONTIGUOUS));
            case "Punctuation" ->
                    steps.add(
                            split(
                                    node,
                                    PUNCTUATION,
                                    behavior(node, node.text("behavior").orElse("Isolated"))));
            case "Whitespace" ->
                    steps.add(
                            new PreTokenizer.Split(
                                    Regex.compile(node.where(), WHITESPACE),
                                    PreTokenizer.Behavior.REMOVED,
                                    true));
            case "WhitespaceSplit" -> steps.add(split(node, "\\s", PreTokenizer.Behavior.REMOVED));
            case "BertPreTokenizer" -> {
                steps.add(split(node, "\\s", PreTokenizer.Behavior.REMOVED));
                steps.add(split(node, PUNCTUATION, PreTokenizer.Behavior.ISOLATED));
            }
            case "CharDelimiterSplit" ->
                    steps.add(
                            new PreTokenizer.Split(
                                    Regex.literal(node.where(), character(node, "delimiter")),
                                    PreTokenizer.Behavior.REMOVED,
                                    false));
            case "Sequence" ->
                    node.requireObjects("pretokenizers").forEach(n -> preTokenizer(n, steps));
            default ->
                    throw unsupported(
                            node,
                            type,
                            "ByteLevel, Split, Metaspace, Digits, Punctuation, Whitespace,"
                                    + " WhitespaceSplit, BertPreTokenizer, CharDelimiterSplit,"
                                    + " Sequence");
        }
    }

    private static PreTokenizer split(
            JsonObject node, String pattern, PreTokenizer.Behavior behavior) {
        return new PreTokenizer.Split(Regex.compile(node.where(), pattern), behavior, false);
    }

    private static void byteLevel(JsonObject node, List<PreTokenizer> steps) {
        if (node.flag("add_prefix_space", true)) {
            steps.add(new PreTokenizer.PrefixSpace());
        }
        if (node.flag("use_regex", true)) {
            steps.add(split(node, GPT2, PreTokenizer.Behavior.ISOLATED));
        }
        steps.add(new PreTokenizer.Bytes());
    }

    private static PreTokenizer split(JsonObject node) {
        PreTokenizer.Behavior behavior = behavior(node, node.requireText("behavior"));
        JsonObject pattern = node.requireObject("pattern");
        Regex regex =
                pattern.has("Regex")
                        ? Regex.compile(node.where(), pattern.requireText("Regex"))
                        : Regex.literal(node.where(), literal(pattern));
        return new PreTokenizer.Split(regex, behavior, node.flag("invert", false));
    }

    private static PreTokenizer.Behavior behavior(JsonObject node, String name) {
        return switch (name) {
            case "Isolated" -> PreTokenizer.Behavior.ISOLATED;
            case "Removed" -> PreTokenizer.Behavior.REMOVED;
            case "MergedWithPrevious" -> PreTokenizer.Behavior.MERGED_WITH_PREVIOUS;
            case "MergedWithNext" -> PreTokenizer.Behavior.MERGED_WITH_NEXT;
            case "Contiguous" -> PreTokenizer.Behavior.CONTIGUOUS;
            default ->
                    throw unsupported(
                            node,
                            "behavior " + name,
                            "Isolated, Removed, MergedWithPrevious, MergedWithNext, Contiguous");
        };
    }

    private static PreTokenizer metaspace(JsonObject node) {
        PreTokenizer.Metaspace.Prepend prepend =
                switch (prependScheme(node)) {
                    case "always" -> PreTokenizer.Metaspace.Prepend.ALWAYS;
                    case "first" -> PreTokenizer.Metaspace.Prepend.FIRST;
                    default -> PreTokenizer.Metaspace.Prepend.NEVER;
                };
        return new PreTokenizer.Metaspace(mark(node), prepend, node.flag("split", true));
    }

    static String prependScheme(JsonObject node) {
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

    /** Metaspace's replacement for a space. */
    static String mark(JsonObject node) {
        return node.has("replacement") ? character(node, "replacement") : "\u2581";
    }

    static String character(JsonObject node, String key) {
        String text = node.requireText(key);
        if (text.codePointCount(0, text.length()) != 1) {
            throw node.error(key, "must be one character, found " + Json.shorten(text));
        }
        return text;
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
