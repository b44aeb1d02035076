package apus.format.token;

import apus.format.JsonObject;
import apus.format.UnsupportedModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the decoder of a tokenizer.json. */
final class DecoderReader {
    private DecoderReader() {}

    static Decoder read(Optional<JsonObject> decoder) {
        JsonObject node =
                decoder.orElseThrow(() ->
                        new UnsupportedModelException(
                                "tokenizer.json: a tokenizer without 'decoder' is not supported"));
        List<JsonObject> parts = new ArrayList<>();
        flatten(node, parts);
        if (parts.size() == 1 && parts.getFirst().requireText("type").equals("ByteLevel")) {
            return new ByteLevelDecoder();
        }
        List<StepDecoder.Step> steps = new ArrayList<>();
        boolean fused = false;
        for (JsonObject part : parts) {
            String type = part.requireText("type");
            switch (type) {
                case "Replace" -> steps.add(replace(part, fused));
                case "Metaspace" -> {
                    refuseAfterFuse(part, type, fused);
                    steps.add(
                            new StepDecoder.Metaspace(
                                    PipelineReader.mark(part),
                                    !PipelineReader.prependScheme(part).equals("never")));
                }
                case "ByteFallback" -> {
                    refuseAfterFuse(part, type, fused);
                    steps.add(new StepDecoder.ByteFallback());
                }
                // Pieces are joined in any case; it matters to what comes after.
                case "Fuse" -> fused = true;
                case "Strip" -> steps.add(strip(part, fused));
                default ->
                        throw PipelineReader.unsupported(
                                part,
                                type,
                                "ByteLevel alone, or a Sequence of Replace, Metaspace,"
                                        + " ByteFallback, Fuse, Strip");
            }
        }
        return new StepDecoder(List.copyOf(steps));
    }

    private static void flatten(JsonObject node, List<JsonObject> parts) {
        if (node.requireText("type").equals("Sequence")) {
            node.requireObjects("decoders").forEach(part -> flatten(part, parts));
        } else {
            parts.add(node);
        }
    }

    private static StepDecoder.Step replace(JsonObject part, boolean fused) {
        Normalizer by = PipelineReader.replace(part);
        // Beyond one character it could match across what are pieces here.
        boolean single =
                by instanceof Normalizer.Replace(String target, _)
                        && target.codePointCount(0, target.length()) == 1;
        refuseAfterFuse(part, "Replace of more than one character", fused && !single);
        return new StepDecoder.Replace(by);
    }

    private static StepDecoder.Step strip(JsonObject part, boolean fused) {
        int character = PipelineReader.character(part, "content").codePointAt(0);
        int start = part.integer("start", 0, Integer.MAX_VALUE);
        if (part.integer("stop", 0, Integer.MAX_VALUE) != 0) {
            throw PipelineReader.unsupported(part, "Strip of the end", "Strip of the start");
        }
        return fused
                ? new StepDecoder.StripText(character, start)
                : new StepDecoder.StripPieces(character, start);
    }

    private static void refuseAfterFuse(JsonObject part, String what, boolean fused) {
        if (fused) {
            throw PipelineReader.unsupported(part, what + " after Fuse", "it before Fuse");
        }
    }
}
