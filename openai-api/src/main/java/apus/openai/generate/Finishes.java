package apus.openai.generate;

import apus.openai.ApiException;
import apus.openai.http.ErrorMapper;
import apus.runtime.Finish;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;

/** Why a choice ended, as the API says it. */
final class Finishes {
    private Finishes() {}

    /**
     * {@code finish_reason}.
     *
     * @throws ApiException if the choice did not come to its end
     */
    static String reason(Finish finish) {
        return switch (finish) {
            case Finish.Stop _ -> "stop";
            case Finish.Length _ -> "length";
            case Finish.Cancelled(String why) ->
                    throw ApiException.refused(
                            500,
                            "server_error",
                            "cancelled",
                            "The request was cancelled: " + why + ".");
            case Finish.Failed(RuntimeException cause) -> throw ErrorMapper.map(cause);
        };
    }

    /** {@code stop_reason}: the string or token that stopped it; null for the model's own end. */
    static JsonNode stopReason(Finish finish) {
        return switch (finish) {
            case Finish.Stop stop when stop.string().isPresent() ->
                    TextNode.valueOf(stop.string().get());
            case Finish.Stop stop when stop.token().isPresent() ->
                    IntNode.valueOf(stop.token().getAsInt());
            case Finish.Stop _, Finish.Length _, Finish.Cancelled _, Finish.Failed _ ->
                    NullNode.instance;
        };
    }
}
