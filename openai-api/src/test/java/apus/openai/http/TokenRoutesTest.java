package apus.openai.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.openai.ServedModel;
import apus.openai.http.RawClient.Reply;
import apus.runtime.Conversation;
import apus.runtime.Engine;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tokenising routes over the demo model. */
final class TokenRoutesTest {
    private static final String MESSAGES =
            "\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},"
                    + "{\"role\":\"user\",\"content\":\"Hi there\"}]";

    private static Engine engine;
    private static ApiServer server;

    @BeforeAll
    static void open() {
        engine = Servers.demoEngine();
        server = Servers.serving(Servers.settings(), engine);
    }

    @AfterAll
    static void close() {
        server.close();
        engine.close();
    }

    private static int[] tokens(String body) throws IOException {
        Reply reply = RawClient.post(server, "/tokenize", body);
        assertEquals(200, reply.status(), reply.body());
        ArrayNode tokens = (ArrayNode) reply.json().get("tokens");
        assertEquals(tokens.size(), reply.json().get("count").asInt());
        int[] ids = new int[tokens.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = tokens.get(i).asInt();
        }
        return ids;
    }

    @Test
    void textIsEncodedWithSpecialTokensUnlessTheRequestSaysNo() throws IOException {
        int[] with = engine.tokenizer().encode("Once upon a time", true);
        int[] without = engine.tokenizer().encode("Once upon a time", false);
        assertArrayEquals(with, tokens("{\"prompt\":\"Once upon a time\"}"));
        assertArrayEquals(with, tokens("{\"content\":\"Once upon a time\"}"));
        assertArrayEquals(
                without, tokens("{\"prompt\":\"Once upon a time\",\"add_special_tokens\":false}"));
        assertArrayEquals(
                without, tokens("{\"content\":\"Once upon a time\",\"add_special\":false}"));
        assertArrayEquals(
                with, tokens("{\"prompt\":\"Once upon a time\",\"add_special_tokens\":null}"));
    }

    @Test
    void piecesComeOnRequest() throws IOException {
        for (String flag : List.of("return_token_strs", "with_pieces")) {
            JsonNode reply =
                    RawClient.post(
                                    server,
                                    "/tokenize",
                                    "{\"prompt\":\"a b\",\"" + flag + "\":true}")
                            .json();
            JsonNode ids = reply.get("tokens");
            JsonNode pieces = reply.get("token_strs");
            assertEquals(ids.size(), pieces.size());
            for (int i = 0; i < ids.size(); i++) {
                assertEquals(engine.tokenizer().piece(ids.get(i).asInt()), pieces.get(i).asText());
            }
        }
        assertTrue(
                RawClient.post(server, "/tokenize", "{\"prompt\":\"a\"}")
                        .json()
                        .get("token_strs")
                        .isNull());
    }

    @Test
    void messagesAreEncodedAsTheTemplateRendersThem() throws IOException {
        String text =
                engine.chat()
                        .render(
                                Conversation.of(
                                        List.of(
                                                Conversation.message("system", "Be brief."),
                                                Conversation.message("user", "Hi there"))));
        assertArrayEquals(engine.tokenizer().encode(text, false), tokens("{" + MESSAGES + "}"));
        Reply template = RawClient.post(server, "/apply-template", "{" + MESSAGES + "}");
        assertEquals(text, template.json().get("prompt").asText());
        assertTrue(
                tokens("{" + MESSAGES + ",\"add_generation_prompt\":false}").length
                        < tokens("{" + MESSAGES + "}").length);
    }

    @Test
    void unknownFieldsAreNamed() throws IOException {
        assertEquals(
                "foo",
                RawClient.post(server, "/tokenize", "{\"prompt\":\"a\",\"foo\":1,\"model\":\"\"}")
                        .header("x-ignored-params"));
        assertEquals(
                "foo",
                RawClient.post(server, "/apply-template", "{" + MESSAGES + ",\"foo\":1}")
                        .header("x-ignored-params"));
        assertEquals(
                "",
                RawClient.post(
                                server,
                                "/tokenize",
                                "{"
                                        + MESSAGES
                                        + ",\"chat_template_kwargs\":{},\"with_pieces\":true}")
                        .header("x-ignored-params"));
        ServedModel model = new ServedModel();
        model.ready(engine);
        try (ApiServer strict =
                ApiServer.start(
                        Servers.settings(),
                        Servers.api().change().strictParams(true).build(),
                        model)) {
            Reply reply = RawClient.post(strict, "/tokenize", "{\"prompt\":\"a\",\"foo\":1}");
            assertEquals(400, reply.status());
            assertEquals("foo", reply.json().get("error").get("param").asText());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/tokenize|{}|prompt|missing_required_parameter",
                "/tokenize|{'prompt':null}|prompt|missing_required_parameter",
                "/tokenize|{'prompt':5}|prompt|invalid_type",
                "/tokenize|{'prompt':['a']}|prompt|invalid_type",
                "/tokenize|{'prompt':'a','add_special_tokens':1}|add_special_tokens|invalid_type",
                "/tokenize|{'prompt':'a','model':1}|model|invalid_type",
                "/tokenize|{'messages':'x','with_pieces':'y'}|with_pieces|invalid_type",
                "/tokenize|{'messages':[]}|messages|",
                "/tokenize|{'messages':[{'role':5}]}|messages[0].role|",
                "/apply-template|{}|messages|missing_required_parameter",
                "/detokenize|{}|tokens|missing_required_parameter",
                "/detokenize|{'tokens':'x'}|tokens|invalid_type",
                "/detokenize|{'tokens':[1,'x']}|tokens[1]|invalid_type",
                "/detokenize|{'tokens':[1.5]}|tokens[0]|invalid_type",
                "/detokenize|{'tokens':[-1]}|tokens[0]|invalid_value",
                "/detokenize|{'tokens':[0,99999999]}|tokens[1]|invalid_value",
                "/detokenize|{'tokens':[123456789012345678901]}|tokens[0]|invalid_value"
            })
    void aBadFieldIsNamed(String path, String body, String param, String code) throws IOException {
        Reply reply = RawClient.post(server, path, body.replace('\'', '"'));
        assertEquals(400, reply.status(), reply.body());
        if (code != null) {
            assertEquals(code, reply.code());
        }
        assertEquals(param, reply.json().get("error").get("param").asText());
    }

    @Test
    void anEmptyListIsAnEmptyText() throws IOException {
        assertEquals(
                "",
                RawClient.post(server, "/detokenize", "{\"tokens\":[]}")
                        .json()
                        .get("prompt")
                        .asText());
    }
}
