package apus.openai.http;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The id of a request: the client's {@code X-Request-Id} if it is well-formed, else a new one. It
 * goes out as {@code x-request-id}, and ids of responses end with it ({@code chatcmpl-} + stem).
 */
public final class RequestIds {
    static final HeaderName HEADER = HeaderNames.create("x-request-id");

    private static final Pattern WELL_FORMED = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final SecureRandom RANDOM = new SecureRandom();

    private RequestIds() {}

    /** What response ids of this request are made from. */
    public static String stem(ServerRequest request) {
        return Exchange.of(request).id();
    }

    /** Whether a client may choose this id, by header or in the body. */
    public static boolean wellFormed(String id) {
        return WELL_FORMED.matcher(id).matches();
    }

    /**
     * Takes another id for this request, from the field {@code request_id} of its body. Before the
     * first byte of the answer.
     *
     * @param id {@link #wellFormed}
     */
    public static void replace(ServerRequest request, ServerResponse response, String id) {
        Exchange.of(request).id(id);
        response.header(HEADER, id);
    }

    /** The id to use for a request that brought this header value. */
    static String choose(Optional<String> sent) {
        return sent.filter(RequestIds::wellFormed).orElseGet(RequestIds::fresh);
    }

    static String fresh() {
        byte[] bytes = new byte[12];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
