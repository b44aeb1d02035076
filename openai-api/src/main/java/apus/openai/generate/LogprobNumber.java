package apus.openai.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.FloatNode;

/** A log-probability as JSON, which has no infinity. */
final class LogprobNumber {
    private static final float IMPOSSIBLE = -9999;

    private LogprobNumber() {}

    static JsonNode of(float logprob) {
        return FloatNode.valueOf(Float.isFinite(logprob) ? logprob : IMPOSSIBLE);
    }
}
