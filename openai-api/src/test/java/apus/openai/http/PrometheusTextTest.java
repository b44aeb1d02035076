package apus.openai.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import apus.runtime.Histogram;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The text format. */
final class PrometheusTextTest {
    private static final Histogram.Snapshot TIMES =
            new Histogram.Snapshot(new double[] {0.0001, 1, 2.5}, new long[] {2, 0, 3, 1}, 12.5, 6);

    @Test
    void bucketsAreCumulativeAndEndWithInfinity() {
        String text =
                new PrometheusText().histogram("a:b", "Help.", Map.of("m", "x"), TIMES).text();
        assertEquals(
                """
                # HELP a:b Help.
                # TYPE a:b histogram
                a:b_bucket{le="0.0001",m="x"} 2
                a:b_bucket{le="1.0",m="x"} 2
                a:b_bucket{le="2.5",m="x"} 5
                a:b_bucket{le="+Inf",m="x"} 6
                a:b_sum{m="x"} 12.5
                a:b_count{m="x"} 6
                """,
                text);
    }

    @Test
    void labelsAreEscaped() {
        assertEquals(
                "n{a=\"q\\\"b\\\\s\\nl\"} 1\n",
                new PrometheusText().sample("n", Map.of("a", "q\"b\\s\nl"), 1).text());
        assertEquals("n NaN\n", new PrometheusText().sample("n", Map.of(), Double.NaN).text());
    }
}
