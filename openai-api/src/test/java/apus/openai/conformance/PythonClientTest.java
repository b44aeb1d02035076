package apus.openai.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Check 145 of the contract: what the official Python client sends, byte for byte, over a plain
 * socket. Its way of streaming: an Accept header of application/json, and compression offered.
 */
class PythonClientTest {
    private static TestApi server;

    @BeforeAll
    static void start() {
        server =
                TestApi.start(
                        TestApi.DEMO,
                        b -> b,
                        b -> b.servedNames(List.of("org/demo-1")),
                        TestApi.ENGINE);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String send(String path, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String head =
                """
                POST %s HTTP/1.1
                Host: 127.0.0.1:%d
                Accept-Encoding: gzip, deflate, br, zstd
                Connection: keep-alive
                Accept: application/json
                Content-Type: application/json
                User-Agent: OpenAI/Python 2.9.0
                X-Stainless-Lang: python
                X-Stainless-Package-Version: 2.9.0
                X-Stainless-OS: Linux
                X-Stainless-Arch: x64
                X-Stainless-Runtime: CPython
                X-Stainless-Runtime-Version: 3.12.3
                Authorization: Bearer sk-none
                X-Stainless-Async: false
                x-stainless-retry-count: 0
                x-stainless-read-timeout: 600
                Content-Length: %d

                """
                        .formatted(path, server.server().port(), bytes.length)
                        .replace("\n", "\r\n");
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.server().port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(bytes);
            return answer(socket.getInputStream());
        }
    }

    /** Reads one answer: the connection stays open, as the client wants it. */
    private static String answer(InputStream in) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        Pattern length = Pattern.compile("(?i)\\r\\ncontent-length: ([0-9]+)\\r\\n");
        while (true) {
            String text = read.toString(StandardCharsets.ISO_8859_1);
            int headEnd = text.indexOf("\r\n\r\n");
            if (headEnd >= 0) {
                Matcher matcher = length.matcher(text.substring(0, headEnd + 4));
                boolean whole =
                        matcher.find()
                                ? text.length() == headEnd + 4 + Integer.parseInt(matcher.group(1))
                                : text.endsWith("\r\n0\r\n\r\n");
                if (whole) {
                    return read.toString(StandardCharsets.UTF_8);
                }
            }
            int b = in.read();
            if (b < 0) {
                throw new EOFException(text);
            }
            read.write(b);
            read.write(in.readNBytes(in.available()));
        }
    }

    private static JsonNode body(String response) {
        return TestApi.parse(
                response.substring(response.indexOf('{'), response.lastIndexOf('}') + 1));
    }

    @Test
    void aChatWithExtraBodyAtTheTop() throws IOException {
        // client.chat.completions.create(..., extra_body={"top_k": 1, "repetition_penalty": 1.0})
        String response =
                send(
                        "/v1/chat/completions",
                        "{\"messages\":[{\"role\":\"user\",\"content\":\"What is the capital of France?\"}],"
                                + "\"model\":\"org/demo-1\",\"max_tokens\":100,\"temperature\":0,"
                                + "\"top_k\":1,\"repetition_penalty\":1.0}");

        assertTrue(response.startsWith("HTTP/1.1 200"), response);
        assertTrue(TestApi.text(body(response), 0).contains("Paris"));
    }

    @Test
    void aStreamThatDoesNotAcceptEvents() throws IOException {
        String response =
                send(
                        "/v1/chat/completions",
                        "{\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],"
                                + "\"model\":\"org/demo-1\",\"stream\":true,"
                                + "\"stream_options\":{\"include_usage\":true},\"temperature\":0}");

        assertTrue(response.startsWith("HTTP/1.1 200"), response);
        assertTrue(response.contains("text/event-stream"), response);
        assertTrue(response.contains("data: [DONE]"), response);
        assertTrue(response.contains("\"usage\":{"), response);
    }

    @Test
    void aCompletionUnderThePlatformsPrefix() throws IOException {
        // OpenAI(base_url="https://api.runpod.ai/v2/ENDPOINT/openai/v1").completions.create(...)
        String response =
                send(
                        "/v2/abc123/openai/v1/completions",
                        "{\"model\":\"org/demo-1\",\"prompt\":\"The capital of France is\","
                                + "\"max_tokens\":8,\"temperature\":0,\"stop\":[\"\\n\"],\"n\":1}");

        assertTrue(response.startsWith("HTTP/1.1 200"), response);
        assertTrue(TestApi.text(body(response), 0).contains("Paris"));
    }

    @Test
    void notGivenFieldsAreAbsentAndNoneIsNull() throws IOException {
        String response =
                send(
                        "/openai/v1/chat/completions",
                        "{\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},"
                                + "{\"role\":\"user\",\"content\":\"Hello\"}],\"model\":\"org/demo-1\","
                                + "\"stop\":null,\"seed\":null,\"user\":null,\"logit_bias\":null}");

        assertTrue(response.startsWith("HTTP/1.1 200"), response);
        assertEquals("stop", body(response).at("/choices/0/finish_reason").textValue());
    }

    @Test
    void anErrorThatItRaisesAsBadRequest() throws IOException {
        String response =
                send(
                        "/v1/chat/completions",
                        "{\"messages\":[],\"model\":\"org/demo-1\",\"stream\":true}");

        assertTrue(response.startsWith("HTTP/1.1 400"), response);
        assertEquals("messages", body(response).at("/error/param").textValue());
    }
}
