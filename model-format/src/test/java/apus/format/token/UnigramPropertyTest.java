package apus.format.token;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The way that is found scores as well as the best of all ways. */
final class UnigramPropertyTest {
    private static final int UNKNOWN = 0;

    @Property(tries = 500)
    void noOtherWayScoresBetter(@ForAll Random random) {
        List<UnigramModel.Piece> pieces = new ArrayList<>();
        Map<String, Integer> ids = new HashMap<>();
        pieces.add(new UnigramModel.Piece("<unk>", 0));
        ids.put("<unk>", UNKNOWN);
        for (int i = 0; i < 12; i++) {
            String text = word(random, 1 + random.nextInt(3));
            if (ids.putIfAbsent(text, pieces.size()) == null) {
                pieces.add(new UnigramModel.Piece(text, -10 * random.nextDouble()));
            }
        }
        double worst = pieces.stream().mapToDouble(UnigramModel.Piece::score).min().orElseThrow();
        UnigramModel model =
                new UnigramModel(new Vocabulary(ids, List.of()), pieces, UNKNOWN, false);
        String word = word(random, 1 + random.nextInt(9));
        IntList out = new IntList(8);
        model.encode(word, 0, word.length(), out);
        // Each unknown token stands for one character or more: what the known ones leave over.
        double score = 0;
        int known = 0;
        for (int id : out.toArray()) {
            if (id != UNKNOWN) {
                score += pieces.get(id).score();
                known += pieces.get(id).text().length();
            }
        }
        score += (word.length() - known) * (worst - 10);
        assertEquals(best(word, pieces, worst - 10), score, 1e-9, word + " " + pieces);
    }

    private static double best(String rest, List<UnigramModel.Piece> pieces, double unknown) {
        if (rest.isEmpty()) {
            return 0;
        }
        double best = unknown + best(rest.substring(1), pieces, unknown);
        for (UnigramModel.Piece piece : pieces.subList(1, pieces.size())) {
            if (rest.startsWith(piece.text())) {
                double score =
                        piece.score()
                                + best(rest.substring(piece.text().length()), pieces, unknown);
                best = Math.max(best, score);
            }
        }
        return best;
    }

    private static String word(Random random, int length) {
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < length; i++) {
            word.append((char) ('a' + random.nextInt(3)));
        }
        return word.toString();
    }
}
