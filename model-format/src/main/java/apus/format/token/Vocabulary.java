package apus.format.token;

import java.util.Map;
import java.util.OptionalInt;

/** Pieces and their ids; ids may leave gaps. */
final class Vocabulary {
    private final Map<String, Integer> ids;
    private final String[] pieces;

    /**
     * @param ids taken over, not copied
     * @param size largest id + 1
     */
    Vocabulary(Map<String, Integer> ids, int size) {
        this.ids = ids;
        this.pieces = new String[size];
        ids.forEach((piece, id) -> pieces[id] = piece);
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

    /** The piece; empty for an id that has none. */
    String piece(int id) {
        return id >= 0 && id < pieces.length && pieces[id] != null ? pieces[id] : "";
    }

    int size() {
        return pieces.length;
    }
}
