package apus.format.token;

import apus.format.Json;
import apus.format.JsonObject;
import apus.format.ModelFormatException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Optional;

/**
 * What the post-processor of a tokenizer.json puts around a single text.
 *
 * @param prefix ids before it
 * @param suffix ids after it
 */
record PostProcessor(int[] prefix, int[] suffix) {
    private static final PostProcessor NONE = new PostProcessor(new int[0], new int[0]);
    private static final int MAX_IDS = 1000;

    /**
     * @param vocabulary ids there are
     */
    static PostProcessor read(Optional<JsonObject> processor, int vocabulary) {
        return processor.map(p -> read(p, vocabulary)).orElse(NONE);
    }

    private static PostProcessor read(JsonObject processor, int vocabulary) {
        String type = processor.requireText("type");
        return switch (type) {
            // It only moves offsets, which are not kept here.
            case "ByteLevel" -> NONE;
            case "TemplateProcessing" -> template(processor, vocabulary);
            case "BertProcessing", "RobertaProcessing" ->
                    new PostProcessor(
                            new int[] {pair(processor, "cls", vocabulary)},
                            new int[] {pair(processor, "sep", vocabulary)});
            case "Sequence" -> {
                PostProcessor all = NONE;
                for (JsonObject step : processor.requireObjects("processors")) {
                    PostProcessor more = read(step, vocabulary);
                    all =
                            new PostProcessor(
                                    join(more.prefix, all.prefix), join(all.suffix, more.suffix));
                }
                yield all;
            }
            default ->
                    throw PipelineReader.unsupported(
                            processor,
                            type,
                            "ByteLevel, TemplateProcessing, BertProcessing, RobertaProcessing,"
                                    + " Sequence");
        };
    }

    /** The id of a token given as {@code ["</s>", 2]}. */
    private static int pair(JsonObject processor, String key, int vocabulary) {
        JsonNode pair = processor.node(key);
        if (!pair.isArray() || pair.size() != 2 || !pair.get(0).isTextual()) {
            throw processor.wrong(key, "a token and its id", pair);
        }
        return checked(processor, key, pair.get(1), vocabulary);
    }

    private static int checked(JsonObject where, String key, JsonNode node, int vocabulary) {
        int id = TokenizerReader.id(where, key, node);
        if (id >= vocabulary) {
            throw where.error(key, "holds " + id + ", beyond the vocabulary of " + vocabulary);
        }
        return id;
    }

    private static PostProcessor template(JsonObject template, int vocabulary) {
        IntList prefix = new IntList(4);
        IntList suffix = new IntList(4);
        boolean seen = false;
        for (JsonObject step : template.requireObjects("single")) {
            if (step.has("Sequence")) {
                if (seen) {
                    throw template.error("single", "has the text twice");
                }
                seen = true;
                continue;
            }
            String name = step.requireObject("SpecialToken").requireText("id");
            JsonObject token = template.requireObject("special_tokens").requireObject(name);
            for (JsonNode node : token.node("ids")) {
                int id = checked(token, "ids", node, vocabulary);
                IntList side = seen ? suffix : prefix;
                side.add(id);
                if (side.size() > MAX_IDS) {
                    throw template.error("single", "adds more than " + MAX_IDS + " tokens");
                }
            }
            if (token.node("ids").isEmpty()) {
                throw new ModelFormatException(
                        template.where() + ": " + Json.shorten(name) + " has no 'ids'");
            }
        }
        if (!seen) {
            throw template.error("single", "has no place for the text");
        }
        return new PostProcessor(prefix.toArray(), suffix.toArray());
    }

    private static int[] join(int[] a, int[] b) {
        int[] joined = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, joined, a.length, b.length);
        return joined;
    }
}
