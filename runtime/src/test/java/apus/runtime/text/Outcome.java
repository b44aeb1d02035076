package apus.runtime.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import apus.format.token.StreamDecoder;
import apus.format.token.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * How a choice ends.
 *
 * @param tokens how many it takes
 * @param text of these, not cut
 */
record Outcome(int tokens, String text, Optional<PlainStops.Match> match) {
    /** It ends with the first token after which the text, ending there, would hold a match. */
    static Outcome of(Tokenizer tokenizer, int[] ids, PlainStops plain, int from) {
        for (int n = 1; n <= ids.length; n++) {
            StreamDecoder decoder = tokenizer.continuation(true);
            StringBuilder text = new StringBuilder();
            ByteArrayOutputStream kept = new ByteArrayOutputStream();
            for (int id : Arrays.copyOf(ids, n)) {
                String piece = decoder.push(id);
                text.append(piece);
                if (!piece.isEmpty()) {
                    kept.reset();
                } else if (!tokenizer.isSpecial(id)) {
                    kept.writeBytes(tokenizer.bytes(id));
                }
            }
            String rest = decoder.flush();
            if (Arrays.equals(rest.getBytes(UTF_8), kept.toByteArray())) {
                text.append(rest);
            }
            Optional<PlainStops.Match> match = plain.find(text.toString(), from);
            if (match.isPresent()) {
                return new Outcome(n, text.toString(), match);
            }
        }
        String whole = decoded(tokenizer, ids);
        return new Outcome(ids.length, whole, plain.find(whole, from));
    }

    /** What the decoder makes of tokens that continue a text. */
    static String decoded(Tokenizer tokenizer, int[] ids) {
        StreamDecoder decoder = tokenizer.continuation(true);
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(decoder.push(id));
        }
        return text.append(decoder.flush()).toString();
    }
}
