package apus.openai.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import apus.openai.ApiException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever the bytes, the outcome is an object or a 400. */
final class JsonBodyPropertyTest {
    private static void objectOr400(byte[] body) {
        try {
            ObjectNode node = JsonBody.parse(body, 1 << 20);
            // What was read can be written and is the same when read again.
            assertEquals(node, JsonBody.parse(Json.bytes(node), 1 << 20));
        } catch (ApiException e) {
            assertEquals(400, e.status());
        }
    }

    @Property
    void anyBytes(@ForAll byte[] body) {
        objectOr400(body);
    }

    @Property(tries = 2000)
    void anythingThatLooksLikeJson(@ForAll("scraps") String body) {
        objectOr400(body.getBytes(StandardCharsets.UTF_8));
    }

    @Provide
    Arbitrary<String> scraps() {
        return Arbitraries.of(
                        "{", "}", "[", "]", ":", ",", "\"", "\"a\"", "\"b\"", "1", "-", "1e5",
                        "0.5", "true", "null", "\\u", "d800", "\\n", " ", "\n", "é", "😀",
                        "{\"a\":", "NaN", "9e999", "//")
                .list()
                .ofMaxSize(12)
                .map(parts -> String.join("", parts));
    }
}
