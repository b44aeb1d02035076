package apus.format.token;

import apus.format.Json;
import apus.format.JsonObject;
import apus.format.ModelFormatException;
import apus.format.UnsupportedModelException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns tokenizer.json into a {@link PipelineTokenizer}. The file is untrusted: every id and every
 * reference is checked, and what it may make grow is bounded.
 */
final class TokenizerReader {
    static final int MAX_ID = 1 << 24;

    // The longest added tokens in use are some hundred characters; a text is searched for them in
    // time proportional to its length times theirs.
    private static final int MAX_ADDED_LENGTH = 4096;
    private static final int MAX_ADDED_CHARACTERS = 1 << 22;
    private static final int MAX_PIECE_LENGTH = 1024;

    private final JsonObject json;

    TokenizerReader(ObjectNode json) {
        this.json = new JsonObject("tokenizer.json", json);
    }

    Tokenizer read() {
        JsonObject model = json.requireObject("model");
        // Files older than the field hold BPE where there are merges.
        String type = model.text("type").orElse(model.has("merges") ? "BPE" : "missing");
        boolean unigram = type.equals("Unigram");
        if (!unigram && !type.equals("BPE")) {
            throw new UnsupportedModelException(
                    model.where()
                            + ": type "
                            + Json.shorten(type)
                            + " is not supported; supported: BPE, Unigram");
        }
        List<UnigramModel.Piece> scored = unigram ? scored(model) : List.of();
        Map<String, Integer> pieces = unigram ? ids(scored) : vocabulary(model);
        List<AddedTokens.Added> added = addedTokens(pieces);
        Vocabulary vocabulary = new Vocabulary(pieces, added);
        Normalizer normalizer = PipelineReader.normalizer(json.object("normalizer"));
        PipelineReader.Cutting cutting =
                PipelineReader.cutting(json.object("pre_tokenizer"), normalizer.removes());
        WordModel words =
                unigram
                        ? cached(unigram(model, vocabulary, scored), cutting.bytes())
                        : bpe(model, vocabulary, pieces, cutting.bytes());
        PostProcessor around = PostProcessor.read(json.object("post_processor"), vocabulary.size());
        return new PipelineTokenizer(
                new PipelineTokenizer.Parts(
                        vocabulary,
                        added,
                        normalizer,
                        cutting.preTokenizer(),
                        words,
                        around.prefix(),
                        around.suffix(),
                        DecoderReader.read(json.object("decoder"))));
    }

    private static Map<String, Integer> vocabulary(JsonObject model) {
        JsonObject vocab = model.requireObject("vocab");
        Map<String, Integer> ids = new HashMap<>();
        Map<Integer, String> owners = new HashMap<>();
        for (Map.Entry<String, JsonNode> entry : vocab.entries()) {
            String piece = entry.getKey();
            int id = id(vocab, Json.shorten(piece), entry.getValue());
            String owner = owners.putIfAbsent(id, piece);
            if (owner != null) {
                throw new ModelFormatException(
                        vocab.where()
                                + ": gives id "
                                + id
                                + " to "
                                + Json.shorten(owner)
                                + " and to "
                                + Json.shorten(piece));
            }
            ids.put(piece, id);
        }
        if (ids.isEmpty()) {
            throw model.error("vocab", "is empty");
        }
        return ids;
    }

    /** {@code [[piece, score], ...]}, the id of each being its place. */
    private static List<UnigramModel.Piece> scored(JsonObject model) {
        JsonNode list = model.node("vocab");
        if (!list.isArray() || list.isEmpty() || list.size() > MAX_ID) {
            throw model.wrong("vocab", "a list of 1 to " + MAX_ID + " pieces with scores", list);
        }
        List<UnigramModel.Piece> pieces = new ArrayList<>();
        for (JsonNode entry : list) {
            String key = "vocab[" + pieces.size() + "]";
            if (!entry.isArray()
                    || entry.size() != 2
                    || !entry.get(0).isTextual()
                    || entry.get(0).textValue().length() > MAX_PIECE_LENGTH
                    || !entry.get(1).isNumber()
                    || !Double.isFinite(entry.get(1).doubleValue())) {
                throw model.wrong(
                        key,
                        "a piece of at most "
                                + MAX_PIECE_LENGTH
                                + " characters and its finite score",
                        entry);
            }
            pieces.add(
                    new UnigramModel.Piece(entry.get(0).textValue(), entry.get(1).doubleValue()));
        }
        return pieces;
    }

    /** Of two equal pieces the later has the id, as in the reference's map. */
    private static Map<String, Integer> ids(List<UnigramModel.Piece> pieces) {
        Map<String, Integer> ids = new HashMap<>();
        for (int i = 0; i < pieces.size(); i++) {
            ids.put(pieces.get(i).text(), i);
        }
        return ids;
    }

    private static UnigramModel unigram(
            JsonObject model, Vocabulary vocabulary, List<UnigramModel.Piece> pieces) {
        int unknown = model.integer("unk_id", 0, pieces.size() - 1);
        return new UnigramModel(vocabulary, pieces, unknown, model.flag("byte_fallback", false));
    }

    static int id(JsonObject where, String key, JsonNode node) {
        if (!node.isIntegralNumber()
                || !node.canConvertToInt()
                || node.intValue() < 0
                || node.intValue() > MAX_ID) {
            throw where.wrong(key, "an id from 0 to " + MAX_ID, node);
        }
        return node.intValue();
    }

    /**
     * @param bytes whether words reach the model as bytes
     */
    private static WordModel cached(WordModel model, boolean bytes) {
        return new WordCache(bytes ? new ByteLevelWords(model) : model);
    }

    private static WordModel bpe(
            JsonObject model, Vocabulary vocabulary, Map<String, Integer> pieces, boolean bytes) {
        refuse(model, "dropout");
        refuse(model, "continuing_subword_prefix");
        refuse(model, "end_of_word_suffix");
        int unknown = -1;
        if (model.has("unk_token")) {
            String token = model.requireText("unk_token");
            unknown =
                    vocabulary
                            .id(token)
                            .orElseThrow(() ->
                                    model.error(
                                            "unk_token",
                                            "is "
                                                    + Json.shorten(token)
                                                    + ", which is not in 'vocab'"));
        }
        CharacterIds characters = new CharacterIds(pieces);
        boolean ignoreMerges = model.flag("ignore_merges", false);
        WordModel words =
                cached(
                        new BpeModel(
                                vocabulary,
                                characters,
                                merges(model, pieces),
                                ignoreMerges,
                                model.flag("byte_fallback", false),
                                unknown,
                                model.flag("fuse_unk", false)),
                        bytes);
        // Bytes come from words that are short already; and a word that is in the vocabulary as a
        // whole must be seen as a whole.
        return bytes || ignoreMerges ? words : new WordCuts(words, pieces, characters);
    }

    /** Merges come as {@code "a b"}, or as {@code ["a", "b"]} where pieces may hold spaces. */
    private static Merges merges(JsonObject model, Map<String, Integer> ids) {
        JsonNode list = model.node("merges");
        if (!list.isArray()) {
            throw model.wrong("merges", "a list", list);
        }
        Merges merges = new Merges(list.size());
        int rank = 0;
        for (JsonNode entry : list) {
            String left;
            String right;
            if (entry.isTextual()) {
                String text = entry.textValue();
                int space = text.indexOf(' ');
                if (space < 0 || space != text.lastIndexOf(' ')) {
                    throw badMerge(model, rank, entry);
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
                throw badMerge(model, rank, entry);
            }
            // A union is longer than its parts, so merges cannot go in circles, unless a part is
            // empty.
            if (left.isEmpty() || right.isEmpty()) {
                throw badMerge(model, rank, entry);
            }
            Integer leftId = ids.get(left);
            Integer rightId = ids.get(right);
            Integer result = ids.get(left + right);
            if (leftId == null || rightId == null || result == null) {
                String missing = leftId == null ? left : rightId == null ? right : left + right;
                throw model.error(
                        "merges[" + rank + "]",
                        "joins "
                                + Json.shorten(left)
                                + " and "
                                + Json.shorten(right)
                                + ", but "
                                + Json.shorten(missing)
                                + " is not in 'vocab'");
            }
            merges.put(leftId, rightId, rank++, result);
        }
        return merges;
    }

    private static ModelFormatException badMerge(JsonObject model, int rank, JsonNode found) {
        return model.wrong(
                "merges[" + rank + "]",
                "two pieces with a space between, or a list of two, neither empty",
                found);
    }

    private List<AddedTokens.Added> addedTokens(Map<String, Integer> pieces) {
        List<AddedTokens.Added> added = new ArrayList<>();
        Map<String, Integer> before = new HashMap<>();
        int characters = 0;
        for (JsonObject node : json.objects("added_tokens")) {
            String content = node.requireText("content");
            characters += content.length();
            if (content.isEmpty() || content.length() > MAX_ADDED_LENGTH) {
                throw node.error(
                        "content",
                        "must be 1 to "
                                + MAX_ADDED_LENGTH
                                + " characters long, found "
                                + content.length());
            }
            if (characters > MAX_ADDED_CHARACTERS) {
                throw json.error(
                        "added_tokens",
                        "must not hold more than " + MAX_ADDED_CHARACTERS + " characters together");
            }
            int id = id(node, "id", node.node("id"));
            Integer inModel = pieces.get(content);
            Integer earlier = before.putIfAbsent(content, id);
            Integer other = inModel == null ? earlier : inModel;
            if (other != null && other != id) {
                throw node.error(
                        "id",
                        "is "
                                + id
                                + " for "
                                + Json.shorten(content)
                                + ", which has id "
                                + other
                                + " in "
                                + (inModel == null ? "'added_tokens'" : "'model.vocab'"));
            }
            added.add(
                    new AddedTokens.Added(
                            id,
                            content,
                            node.flag("single_word", false),
                            node.flag("lstrip", false),
                            node.flag("rstrip", false),
                            node.flag("normalized", false),
                            node.flag("special", false)));
        }
        return added;
    }

    private static void refuse(JsonObject model, String key) {
        JsonNode node = model.node(key);
        boolean off =
                node.isMissingNode()
                        || node.isNull()
                        || (node.isNumber() && node.doubleValue() == 0)
                        || (node.isTextual() && node.textValue().isEmpty());
        if (!off) {
            throw new UnsupportedModelException(
                    model.where()
                            + ": '"
                            + key
                            + "' "
                            + Json.shorten(node.toString())
                            + " is not supported; BPE without it is");
        }
    }
}
