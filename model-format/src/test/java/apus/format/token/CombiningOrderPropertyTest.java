package apus.format.token;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Ordering by counting gives what Java's normalizer gives. */
final class CombiningOrderPropertyTest {
    private static final int[] MARKS =
            java.util.stream.IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
                    .filter(c ->
                            Character.getType(c) == Character.NON_SPACING_MARK
                                    || Character.getType(c) == Character.COMBINING_SPACING_MARK
                                    || Character.getType(c) == Character.ENCLOSING_MARK)
                    .toArray();

    @Property(tries = 2000)
    void longRunsOfMarksAreOrderedAsTheStandardSays(@ForAll Random random) {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(150); n > 0; n--) {
            int c =
                    switch (random.nextInt(20)) {
                        case 0 -> "a\u00E9\u1E69\uFB01\uAC00\u1161\u0F73".charAt(random.nextInt(7));
                        case 1 -> 0x300 + random.nextInt(0x80);
                        default -> MARKS[random.nextInt(MARKS.length)];
                    };
            text.appendCodePoint(c);
        }
        String all = text.toString();
        assertEquals(Normalizer.normalize(all, Form.NFD), CombiningOrder.decomposed(all, Form.NFD));
        assertEquals(
                Normalizer.normalize(all, Form.NFKD), CombiningOrder.decomposed(all, Form.NFKD));
        assertEquals(
                Normalizer.normalize(all, Form.NFKC),
                Normalizer.normalize(CombiningOrder.decomposed(all, Form.NFKD), Form.NFC));
    }
}
