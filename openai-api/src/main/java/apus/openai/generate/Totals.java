package apus.openai.generate;

import apus.runtime.Result;
import apus.runtime.Timings;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * What a request took, all its prompts together.
 *
 * @param promptTokens each prompt once
 * @param completionTokens of all candidates
 * @param cachedTokens of the prompts
 */
record Totals(
        int promptTokens,
        int completionTokens,
        int cachedTokens,
        long queueNanos,
        long firstTokenNanos,
        long prefillNanos,
        long decodeNanos,
        long totalNanos) {

    static Totals of(List<Result> results) {
        int prompt = 0;
        int completion = 0;
        int cached = 0;
        long queue = Long.MAX_VALUE;
        long first = Long.MAX_VALUE;
        long prefilled = 0;
        long decoded = 0;
        long total = 0;
        for (Result result : results) {
            Timings t = result.timings();
            prompt += result.usage().promptTokens();
            completion += result.usage().completionTokens();
            cached += result.usage().cachedTokens();
            queue = Math.min(queue, t.queueNanos());
            first = Math.min(first, t.firstTokenNanos());
            prefilled = Math.max(prefilled, t.firstTokenNanos());
            decoded = Math.max(decoded, t.firstTokenNanos() + t.decodeNanos());
            total = Math.max(total, t.totalNanos());
        }
        return new Totals(
                prompt,
                completion,
                cached,
                queue,
                first,
                prefilled - queue,
                decoded - first,
                total);
    }

    /**
     * The object {@code usage}.
     *
     * @param details whether to tell the cached tokens
     */
    ObjectNode usage(boolean details) {
        return usage(promptTokens, completionTokens, cachedTokens, details);
    }

    static ObjectNode usage(int prompt, int completion, int cached, boolean details) {
        ObjectNode usage = JsonNodeFactory.instance.objectNode();
        usage.put("prompt_tokens", prompt);
        usage.put("completion_tokens", completion);
        usage.put("total_tokens", prompt + completion);
        if (details) {
            usage.putObject("prompt_tokens_details").put("cached_tokens", cached);
        }
        usage.putObject("completion_tokens_details").put("reasoning_tokens", 0);
        return usage;
    }

    /** The object {@code timings}. */
    ObjectNode timings() {
        ObjectNode timings = JsonNodeFactory.instance.objectNode();
        timings.put("queue_ms", millis(queueNanos));
        timings.put("prompt_n", promptTokens);
        timings.put("prompt_ms", millis(prefillNanos));
        timings.put("prompt_per_second", perSecond(promptTokens, prefillNanos));
        timings.put("cached_n", cachedTokens);
        timings.put("ttft_ms", millis(firstTokenNanos));
        timings.put("predicted_n", completionTokens);
        timings.put("predicted_ms", millis(decodeNanos));
        timings.put("predicted_per_second", perSecond(completionTokens, decodeNanos));
        timings.put("total_ms", millis(totalNanos));
        return timings;
    }

    private static double millis(long nanos) {
        return Math.round(nanos / 1e3) / 1e3;
    }

    private static double perSecond(int count, long nanos) {
        return nanos <= 0 ? 0 : Math.round(count * 1e9 / nanos * 1000) / 1000.0;
    }
}
