package apus.format.regex;

import static org.junit.jupiter.api.Assertions.assertEquals;

import apus.format.UnsupportedModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsReport;

/** Finds what a backtracking engine finds, on patterns of all kinds put together at random. */
final class RegexPropertyTest {
    private static final String[] ATOMS = {
        "a", "b", "c", ".", "\\s", "\\S", "[ab]", "[^a]", "[^\\sb]", "\\p{L}", "[a-c&&[^b]]", "\\n"
    };
    private static final String[] QUANTIFIERS = {
        "", "", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{0,2}", "{2,}"
    };

    @Property(tries = 2000)
    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    void findsWhatBacktrackingFinds(@ForAll Random random) {
        String pattern = choice(random, 3);
        Regex regex;
        try {
            regex = Regex.compile("here", pattern);
        } catch (UnsupportedModelException e) {
            // Matches of nothing, and repetitions of them.
            Statistics.collect("refused");
            return;
        }
        Statistics.collect("read");
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(20); n > 0; n--) {
            text.append("aabbcc \n".charAt(random.nextInt(8)));
        }
        int from = random.nextInt(text.length() + 1);
        int to = from + random.nextInt(text.length() + 1 - from);
        List<String> wanted = new ArrayList<>();
        // Where a text ends for the pattern, nothing is seen behind.
        Matcher matcher =
                Pattern.compile(pattern, Pattern.UNIX_LINES | Pattern.UNICODE_CHARACTER_CLASS)
                        .matcher(text.substring(from, to));
        while (matcher.find()) {
            wanted.add((from + matcher.start()) + "-" + (from + matcher.end()));
        }
        List<String> found = new ArrayList<>();
        Regex.Search search = regex.search(text.toString(), from, to);
        while (search.find()) {
            found.add(search.start() + "-" + search.end());
        }
        assertEquals(wanted, found, () -> pattern + " in " + text);
        Statistics.coverage(c -> c.check("read").percentage(p -> p > 25));
    }

    private static String choice(Random random, int depth) {
        StringBuilder pattern = new StringBuilder();
        for (int n = random.nextInt(3); n >= 0; n--) {
            for (int parts = 1 + random.nextInt(3); parts > 0; parts--) {
                pattern.append(part(random, depth));
            }
            pattern.append(n > 0 ? "|" : "");
        }
        return pattern.toString();
    }

    private static String part(Random random, int depth) {
        String atom = ATOMS[random.nextInt(ATOMS.length)];
        if (random.nextInt(10) == 0) {
            return (random.nextBoolean() ? "(?!" : "(?=") + atom + ")";
        }
        if (random.nextInt(12) == 0) {
            return atom + "?+*+".substring(2 * random.nextInt(2)).substring(0, 2);
        }
        if (depth > 0 && random.nextInt(4) == 0) {
            atom = "(" + (random.nextBoolean() ? "?:" : "") + choice(random, depth - 1) + ")";
        }
        return atom + QUANTIFIERS[random.nextInt(QUANTIFIERS.length)];
    }
}
