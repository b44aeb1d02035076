package apus.openai.http;

import apus.format.token.Tokenizer;
import apus.openai.ApiException;
import apus.openai.ApiSettings;
import apus.openai.HttpSettings;
import apus.openai.ServedModel;
import apus.openai.generate.ChatPrompts;
import apus.runtime.Engine;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.Optional;

/** Text to token ids and back, under vLLM's field names and llama.cpp's. */
final class TokenRoutes {
    private final ServedModel model;
    private final HttpSettings http;
    private final ApiSettings api;
    private final ModelRoutes models;

    private final ChatPrompts chats;

    TokenRoutes(ServedModel model, HttpSettings http, ApiSettings api, ModelRoutes models) {
        this.chats = new ChatPrompts(api);
        this.model = model;
        this.http = http;
        this.api = api;
        this.models = models;
    }

    /**
     * Of a text or, if there are messages, of the prompt that a chat request would make of them.
     */
    void tokenize(ServerRequest request, ServerResponse response) {
        ObjectNode body = JsonBody.read(request, http);
        Engine engine = model.engine();
        Fields fields = new Fields(body);
        models.check(fields.text("model"));
        boolean strings = fields.flag("return_token_strs", "with_pieces", false);
        int[] ids;
        if (fields.find("messages").isPresent()) {
            ids = chats.tokens(body, engine);
            fields.know(ChatPrompts::reads);
        } else {
            Optional<String> content = fields.text("content");
            String prompt =
                    fields.text("prompt")
                            .or(() -> content)
                            .orElseThrow(() -> Fields.missing("prompt"));
            boolean special = fields.flag("add_special_tokens", "add_special", true);
            ids = engine.tokenizer().encode(prompt, special);
        }
        report(fields, response);
        JsonAnswer.send(request, response, tokens(engine, ids, strings));
    }

    /** The text that the model would be given for these messages. */
    void applyTemplate(ServerRequest request, ServerResponse response) {
        ObjectNode body = JsonBody.read(request, http);
        Engine engine = model.engine();
        Fields fields = new Fields(body);
        models.check(fields.text("model"));
        String text = chats.text(body, engine);
        fields.know(ChatPrompts::reads);
        report(fields, response);
        JsonAnswer.send(
                request, response, JsonNodeFactory.instance.objectNode().put("prompt", text));
    }

    void detokenize(ServerRequest request, ServerResponse response) {
        Fields fields = new Fields(JsonBody.read(request, http));
        Engine engine = model.engine();
        models.check(fields.text("model"));
        int[] ids = fields.ids("tokens", engine.model().vocabSize());
        report(fields, response);
        String text = engine.tokenizer().decode(ids, false);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("prompt", text);
        answer.put("content", text);
        JsonAnswer.send(request, response, answer);
    }

    private static ObjectNode tokens(Engine engine, int[] ids, boolean strings) {
        Tokenizer tokenizer = engine.tokenizer();
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("count", ids.length);
        answer.put("max_model_len", engine.model().maxModelLen());
        ArrayNode tokens = answer.putArray("tokens");
        for (int id : ids) {
            tokens.add(id);
        }
        if (strings) {
            ArrayNode pieces = answer.putArray("token_strs");
            for (int id : ids) {
                pieces.add(tokenizer.piece(id));
            }
        } else {
            answer.putNull("token_strs");
        }
        return answer;
    }

    private void report(Fields fields, ServerResponse response) {
        List<String> unknown = fields.unknown();
        if (api.strictParams() && !unknown.isEmpty()) {
            String name = unknown.getFirst();
            throw ApiException.badRequest(
                    "unsupported_parameter",
                    Text.shortened(name),
                    "Unknown field '%s'.".formatted(Text.shortened(name)));
        }
        JsonAnswer.ignored(response, unknown);
    }
}
