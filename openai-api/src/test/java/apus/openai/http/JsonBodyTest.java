package apus.openai.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.openai.ApiException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which bytes are a request body and what is said of the others. */
final class JsonBodyTest {
    private static final long MAX = 32L << 20;

    private static ObjectNode parse(String text) {
        return JsonBody.parse(text.getBytes(StandardCharsets.UTF_8), MAX);
    }

    private static ApiException refused(byte[] body) {
        ApiException e = assertThrows(ApiException.class, () -> JsonBody.parse(body, MAX));
        assertEquals(400, e.status());
        assertTrue(e.getMessage().length() < 400, e.getMessage());
        return e;
    }

    private static ApiException refused(String body) {
        return refused(body.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void anObjectIsReadWithItsKeysInOrder() {
        ObjectNode body =
                parse(" {\"b\": [1, 2.5, null, true], \"a\": \"x\\u00e9\\n\ud83d\ude00\"} \n");
        assertEquals("{\"b\":[1,2.5,null,true],\"a\":\"xé\\n😀\"}", body.toString());
        assertEquals("b", body.fieldNames().next());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{'a':1}",
                "{a:1}",
                "{\"a\":1} x",
                "{\"a\":1}{}",
                "{\"a\":1}]",
                "{\"a\":01}",
                "{\"a\":+1}",
                "{\"a\":.5}",
                "{\"a\":NaN}",
                "{\"a\":-Infinity}",
                "{\"a\":1e999}",
                "{\"a\":\"\t\"}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\ud800\"}",
                "{\"a\":\"\\udc00\\ud800\"}",
                "{\"\\ud800\":1}",
                "{/* no */}",
                "{\"a\":1,\"b\":{\"c\":1,\"c\":2}}",
                "\u0000"
            })
    void whatIsNotJsonIsInvalidJson(String body) {
        assertEquals("invalid_json", refused(body).code());
    }

    @Test
    void bytesThatAreNotUtf8AreRefused() {
        byte[][] bodies = {
            {'{', '"', 'a', '"', ':', '"', (byte) 0xff, '"', '}'},
            // Over-long '/', an encoded surrogate, beyond U+10FFFF, a character cut short.
            {'{', '"', (byte) 0xc0, (byte) 0xaf, '"', ':', '1', '}'},
            {'{', '"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"', ':', '1', '}'},
            {'{', '"', (byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80, '"', ':', '1', '}'},
            {'{', '"', (byte) 0xe2, (byte) 0x82, '"', ':', '1', '}'},
        };
        for (byte[] body : bodies) {
            assertTrue(refused(body).getMessage().contains("UTF-8"));
        }
        assertEquals(
                "invalid_json", refused("{\"a\":1}".getBytes(StandardCharsets.UTF_16LE)).code());
    }

    @Test
    void aFaultIsLocatedAndTheInputNotRepeated() {
        ApiException e = refused("{\n \"a\": " + "y".repeat(100_000) + "}");
        assertTrue(e.getMessage().contains("line 2"), e.getMessage());
        e = refused("{\"" + "k".repeat(900) + "\":1,\"" + "k".repeat(900) + "\":2}");
        assertTrue(e.getMessage().contains("twice"), e.getMessage());
        e = refused("{\"a\":{\"b\":1,\"b\":2}}");
        assertTrue(e.getMessage().contains("'b'"), e.getMessage());
    }

    @Test
    void depthIsBounded() {
        String deep = "{\"a\":" + "[".repeat(98) + "]".repeat(98) + "}";
        assertEquals(1, parse(deep).size());
        assertEquals(
                "invalid_json",
                refused("{\"a\":" + "[".repeat(1000) + "]".repeat(1000) + "}").code());
        refused("[".repeat(1_000_000));
        refused("{\"a\":".repeat(100_000));
    }

    @Test
    void numbersAndNamesAreBounded() {
        assertEquals("9".repeat(100), parse("{\"a\":" + "9".repeat(100) + "}").get("a").asText());
        refused("{\"a\":" + "9".repeat(10_000) + "}");
        refused("{\"" + "n".repeat(2000) + "\":1}");
    }

    @Test
    void manySmallContainersAreRefusedBeforeTheyFillMemory() {
        assertEquals(100_000, parse("{\"a\":[" + "[],".repeat(99_999) + "[]]}").get("a").size());
        ApiException e = refused("{\"a\":[" + "{},".repeat(5_000_000) + "{}]}");
        assertTrue(e.getMessage().contains("arrays and objects"), e.getMessage());
        e = refused("{\"a\":[" + "1,".repeat(9_000_000) + "1]}");
        assertTrue(e.getMessage().contains("values"), e.getMessage());
    }

    @Test
    void aLongStringWithinTheBodyLimitIsRead() {
        String text = "z".repeat(25_000_000);
        assertEquals(text, parse("{\"a\":\"" + text + "\"}").get("a").textValue());
    }
}
