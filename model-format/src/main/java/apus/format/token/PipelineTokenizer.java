package apus.format.token;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The pipeline: added tokens, normalizer, pre-tokenizer, model, post-processor; and the decoder
 * back.
 */
final class PipelineTokenizer implements Tokenizer {
    /** The parts, as read from tokenizer.json. */
    record Parts(
            Vocabulary vocabulary,
            List<AddedTokens.Added> added,
            Normalizer normalizer,
            PreTokenizer preTokenizer,
            WordModel model,
            int[] prefix,
            int[] suffix,
            Decoder decoder) {}

    private static final BitSet NOWHERE = new BitSet();

    private final Parts parts;
    private final AddedTokens inRawText;
    private final AddedTokens inNormalizedText;
    private final BitSet special = new BitSet();

    PipelineTokenizer(Parts parts) {
        this.parts = parts;
        Map<String, AddedTokens.Added> raw = new HashMap<>();
        Map<String, AddedTokens.Added> normalized = new HashMap<>();
        for (AddedTokens.Added token : parts.added()) {
            special.set(token.id(), token.special());
        }
        // Of tokens that look the same once normalized, the first is found, special ones first.
        for (boolean specials : new boolean[] {true, false}) {
            for (AddedTokens.Added token : parts.added()) {
                if (token.special() != specials) {
                    continue;
                }
                if (token.normalized()) {
                    normalized.putIfAbsent(parts.normalizer().apply(token.content()), token);
                } else {
                    raw.putIfAbsent(token.content(), token);
                }
            }
        }
        inRawText = new AddedTokens(raw);
        inNormalizedText = new AddedTokens(normalized);
    }

    @Override
    public int[] encode(String text, boolean addSpecialTokens) {
        return encode(text, addSpecialTokens, NOWHERE);
    }

    @Override
    public int[] encode(String text, boolean addSpecialTokens, BitSet literal) {
        IntList ids = new IntList(text.length() / 3 + 8);
        if (addSpecialTokens) {
            ids.addAll(parts.prefix());
        }
        for (AddedTokens.Piece piece : inRawText.split(WellFormed.of(text), literal)) {
            if (piece.token() != null) {
                ids.add(piece.token().id());
            } else {
                encodeBetween(piece, literal, ids);
            }
        }
        if (addSpecialTokens) {
            ids.addAll(parts.suffix());
        }
        return ids.toArray();
    }

    private void encodeBetween(AddedTokens.Piece stretch, BitSet literal, IntList ids) {
        String text = parts.normalizer().apply(stretch.text());
        // Positions do not survive normalization, so a stretch that is literal somewhere is
        // literal everywhere.
        BitSet here = new BitSet();
        int next = literal.nextSetBit(stretch.start());
        if (next >= 0 && next < stretch.start() + stretch.text().length()) {
            here.set(0, text.length());
        }
        for (AddedTokens.Piece piece : inNormalizedText.split(text, here)) {
            if (piece.token() != null) {
                ids.add(piece.token().id());
            } else {
                parts.preTokenizer()
                        .split(
                                piece.text(),
                                0,
                                piece.text().length(),
                                stretch.start() == 0 && piece.start() == 0,
                                (word, from, to) -> parts.model().encode(word, from, to, ids));
            }
        }
    }

    @Override
    public String decode(int[] ids, boolean skipSpecialTokens) {
        StreamDecoder decoder = decoder(skipSpecialTokens);
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(decoder.push(id));
        }
        return text.append(decoder.flush()).toString();
    }

    @Override
    public StreamDecoder decoder(boolean skipSpecialTokens) {
        return decoder(skipSpecialTokens, false);
    }

    @Override
    public StreamDecoder continuation(boolean skipSpecialTokens) {
        return decoder(skipSpecialTokens, true);
    }

    private StreamDecoder decoder(boolean skipSpecialTokens, boolean continuation) {
        Decoder.Stream stream = parts.decoder().start(continuation);
        StringBuilder out = new StringBuilder();
        return new StreamDecoder() {
            @Override
            public String push(int id) {
                if (parts.vocabulary().has(id) && !(skipSpecialTokens && isSpecial(id))) {
                    stream.push(piece(id), out);
                }
                return take();
            }

            @Override
            public String flush() {
                stream.flush(out);
                return take();
            }

            private String take() {
                String text = out.toString();
                out.setLength(0);
                return text;
            }
        };
    }

    @Override
    public int vocabSize() {
        return parts.vocabulary().size();
    }

    @Override
    public String piece(int id) {
        return parts.vocabulary().piece(id);
    }

    @Override
    public byte[] bytes(int id) {
        return parts.decoder().bytes(piece(id));
    }

    @Override
    public boolean isSpecial(int id) {
        return id >= 0 && special.get(id);
    }

    @Override
    public OptionalInt id(String piece) {
        return parts.vocabulary().id(piece);
    }
}
