package apus.format.token;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Pieces and their ids; ids may leave gaps. */
final class Vocabulary {
    private final Map<String, Integer> ids;
    private final String[] pieces;

    /**
     * @param ids taken over, not copied
     * @param size largest id + 1
     * @param added where an added token shares the id of another piece, the id is the added token's
     */
    Vocabulary(Map<String, Integer> ids, int size, List<AddedTokens.Added> added) {
        this.ids = ids;
        this.pieces = new String[size];
        ids.forEach((piece, id) -> pieces[id] = piece);
        added.forEach(token -> pieces[token.id()] = token.content());
    }

    OptionalInt id(String piece) {
        Integer id = ids.get(piece);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /** The id, or -1. */
    int find(String piece) {
        Integer id = ids.get(piece);
        return id == null ? -1 : id;
    }

    /** Whether the id has a piece. */
    boolean has(int id) {
        return id >= 0 && id < pieces.length && pieces[id] != null;
    }

    /** The piece; empty for an id that has none. */
    String piece(int id) {
        return has(id) ? pieces[id] : "";
    }

    int size() {
        return pieces.length;
    }
}
