package apus.format.token;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Pieces and their ids; ids may leave gaps. */
final class Vocabulary {
    private final Map<String, Integer> model;
    private final Map<String, Integer> added = new HashMap<>();
    private final String[] pieces;
    private final int longestPiece;

    /**
     * @param model pieces that words are made of; taken over, not copied
     * @param tokens added to them; where one shares the id of another piece, the id is the added
     *     token's
     */
    Vocabulary(Map<String, Integer> model, List<AddedTokens.Added> tokens) {
        this.model = model;
        int largest = -1;
        for (int id : model.values()) {
            largest = Math.max(largest, id);
        }
        for (AddedTokens.Added token : tokens) {
            largest = Math.max(largest, token.id());
        }
        pieces = new String[largest + 1];
        int longest = 0;
        for (Map.Entry<String, Integer> entry : model.entrySet()) {
            pieces[entry.getValue()] = entry.getKey();
            longest = Math.max(longest, entry.getKey().length());
        }
        longestPiece = longest;
        for (AddedTokens.Added token : tokens) {
            added.put(token.content(), token.id());
            pieces[token.id()] = token.content();
        }
    }

    /** The id of an added token or a piece of the model. */
    OptionalInt id(String piece) {
        Integer id = added.get(piece);
        if (id == null) {
            id = model.get(piece);
        }
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /** The id of a piece that words are made of, or -1. Added tokens are not among them. */
    int find(String piece) {
        Integer id = model.get(piece);
        return id == null ? -1 : id;
    }

    /** Length of the longest piece that words are made of. */
    int longestPiece() {
        return longestPiece;
    }

    /** Whether the id has a piece. */
    boolean has(int id) {
        return id >= 0 && id < pieces.length && pieces[id] != null;
    }

    /** The piece; empty for an id that has none. */
    String piece(int id) {
        return has(id) ? pieces[id] : "";
    }

    /** Largest id + 1. */
    int size() {
        return pieces.length;
    }
}
