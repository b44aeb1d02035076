package apus.openai.generate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The fields that only chat has: messages and how they become a prompt. */
final class ChatParams {
    /** Template variables that the request's own fields set. */
    private static final Set<String> RESERVED =
            Set.of(
                    "messages",
                    "tools",
                    "documents",
                    "add_generation_prompt",
                    "continue_final_message",
                    "chat_template",
                    "tokenize");

    static final Param<List<ChatMessage>> MESSAGES =
            chat("messages", ChatMessage.KIND).absentMeans("required");

    static final Param<Boolean> ADD_GENERATION_PROMPT =
            chat("add_generation_prompt", Kind.bool())
                    .absentMeans("`true`, with continue_final_message `false`")
                    .note("false: the last message stays closed and the answer takes its role");

    static final Param<Boolean> CONTINUE_FINAL_MESSAGE =
            chat("continue_final_message", Kind.bool())
                    .otherwise(false)
                    .note("the answer continues the last message, an assistant's");

    static final Param<String> CHAT_TEMPLATE =
            chat(
                            "chat_template",
                            new Kind<>(
                                    "string",
                                    "Jinja source",
                                    value -> {
                                        String source = value.string();
                                        if (!value.limits().settings().trustChatTemplate()) {
                                            throw value.error(
                                                    "unsupported_parameter",
                                                    "is refused: this server uses its own chat template"
                                                            + " (TRUST_REQUEST_CHAT_TEMPLATE is off).");
                                        }
                                        return source;
                                    }))
                    .note("refused unless TRUST_REQUEST_CHAT_TEMPLATE");

    static final Param<Map<String, Object>> CHAT_TEMPLATE_KWARGS =
            chat(
                            "chat_template_kwargs",
                            new Kind<>(
                                    "object",
                                    "",
                                    value -> {
                                        if (!value.node().isObject()) {
                                            throw value.wrongType("an object");
                                        }
                                        for (Map.Entry<String, JsonNode> entry :
                                                value.node().properties()) {
                                            if (RESERVED.contains(entry.getKey())) {
                                                throw value.at(entry.getKey())
                                                        .error(
                                                                "invalid_value",
                                                                "cannot be set here: it is a field of the request.");
                                            }
                                        }
                                        return PlainJson.map(value.node());
                                    }))
                    .absentMeans("`{}`")
                    .note("more template variables, such as enable_thinking");

    static final Param<List<Object>> DOCUMENTS =
            chat(
                            "documents",
                            Kind.list(
                                    "list of objects",
                                    "",
                                    document -> {
                                        if (!document.node().isObject()) {
                                            throw document.wrongType("an object");
                                        }
                                        return (Object) PlainJson.map(document.node());
                                    }))
                    .note("for templates that know them");

    static final Param<String> REASONING_EFFORT =
            chat(
                            "reasoning_effort",
                            Kind.oneOf(
                                    List.of(
                                            "none", "minimal", "low", "medium", "high", "xhigh",
                                            "max")))
                    .note("given to the template");

    static final Param<Boolean> CHAT_ADD_SPECIAL_TOKENS =
            chat("add_special_tokens", Kind.bool())
                    .otherwise(false)
                    .note("beside those that the template writes");

    static final List<Param<?>> ALL =
            List.of(
                    MESSAGES,
                    ADD_GENERATION_PROMPT,
                    CONTINUE_FINAL_MESSAGE,
                    CHAT_TEMPLATE,
                    CHAT_TEMPLATE_KWARGS,
                    DOCUMENTS,
                    REASONING_EFFORT,
                    CHAT_ADD_SPECIAL_TOKENS);

    private ChatParams() {}

    private static <T> Param<T> chat(String name, Kind<T> kind) {
        return Param.honoured(name, kind).only(Endpoint.CHAT);
    }
}
