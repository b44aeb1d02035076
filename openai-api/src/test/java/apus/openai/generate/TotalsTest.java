package apus.openai.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import apus.runtime.Result;
import apus.runtime.Timings;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;

class TotalsTest {
    private static final long MS = 1_000_000;

    private static Result result(int prompt, int completion, Timings timings) {
        return new Result(List.of(), List.of(), new Result.Usage(prompt, completion, 1), timings);
    }

    @Test
    void onePromptsTimesAreItsOwn() {
        ObjectNode timings =
                Totals.of(List.of(result(10, 20, new Timings(MS, 4 * MS, 40 * MS, 46 * MS))))
                        .timings();

        assertEquals(1.0, timings.get("queue_ms").doubleValue());
        assertEquals(10, timings.get("prompt_n").intValue());
        assertEquals(4.0, timings.get("prompt_ms").doubleValue());
        assertEquals(2500.0, timings.get("prompt_per_second").doubleValue());
        assertEquals(1, timings.get("cached_n").intValue());
        assertEquals(5.0, timings.get("ttft_ms").doubleValue());
        assertEquals(20, timings.get("predicted_n").intValue());
        assertEquals(40.0, timings.get("predicted_ms").doubleValue());
        assertEquals(500.0, timings.get("predicted_per_second").doubleValue());
        assertEquals(46.0, timings.get("total_ms").doubleValue());
    }

    @Test
    void severalPromptsAreOneRequest() {
        Totals totals =
                Totals.of(
                        List.of(
                                result(3, 4, new Timings(MS, 2 * MS, 5 * MS, 9 * MS)),
                                result(5, 6, new Timings(2 * MS, 4 * MS, 9 * MS, 16 * MS))));
        ObjectNode timings = totals.timings();

        assertEquals(18, totals.usage(true).get("total_tokens").intValue());
        assertEquals(2, totals.usage(true).at("/prompt_tokens_details/cached_tokens").intValue());
        assertEquals(1.0, timings.get("queue_ms").doubleValue());
        assertEquals(3.0, timings.get("ttft_ms").doubleValue());
        assertEquals(5.0, timings.get("prompt_ms").doubleValue());
        assertEquals(12.0, timings.get("predicted_ms").doubleValue());
        assertEquals(16.0, timings.get("total_ms").doubleValue());
    }

    @Test
    void nothingGeneratedIsNoRate() {
        ObjectNode timings = Totals.of(List.of(result(3, 0, new Timings(0, 0, 0, MS)))).timings();

        assertEquals(0.0, timings.get("predicted_per_second").doubleValue());
        assertEquals(0.0, timings.get("prompt_per_second").doubleValue());
    }
}
