package apus.openai.generate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Fields that are known and do nothing: those that other servers know and that cannot matter here
 * are ignored, and those that would change the answer are refused, so that nobody takes an
 * unconstrained answer for a constrained one.
 */
final class InertParams {
    private static final String NOT_BUILT = "is not supported by this server yet.";
    private static final Set<String> FORMATS = Set.of("json_object", "json_schema");

    private static final Param<Boolean> RESPONSE_FORMAT =
            Param.refused(
                            "response_format",
                            new Kind<>(
                                    "object",
                                    "type: \"text\"",
                                    value -> {
                                        if (!value.node().isObject()) {
                                            throw value.wrongType("an object");
                                        }
                                        Value type = value.at("type");
                                        if (type.absent()) {
                                            throw type.error(
                                                    "missing_required_parameter", "is missing.");
                                        }
                                        String name = type.string();
                                        if (FORMATS.contains(name)) {
                                            throw value.error(
                                                    "unsupported_parameter",
                                                    "of type \"" + name + "\" " + NOT_BUILT);
                                        }
                                        if (!name.equals("text")) {
                                            throw type.badValue(
                                                    "\"text\", \"json_object\" or \"json_schema\"");
                                        }
                                        return true;
                                    }))
                    .note("other types are refused until built");

    private static final Param<Boolean> TOOLS =
            Param.refused(
                    "tools",
                    new Kind<>(
                            "list of tools",
                            "",
                            value -> {
                                if (!value.node().isArray()) {
                                    throw value.wrongType("a list of tools");
                                }
                                if (value.node().isEmpty()) {
                                    throw value.error(
                                            "invalid_value",
                                            "must not be empty; leave it out instead.");
                                }
                                throw value.error("unsupported_parameter", NOT_BUILT);
                            }));

    private static final Param<Boolean> TOOL_CHOICE =
            Param.refused(
                    "tool_choice",
                    new Kind<>(
                            "string or object",
                            "\"none\"",
                            value -> {
                                if (value.node().isTextual() && value.string().equals("none")) {
                                    return true;
                                }
                                if (!value.node().isTextual() && !value.node().isObject()) {
                                    throw value.wrongType("a string or an object");
                                }
                                throw value.error("invalid_value", "needs 'tools'.");
                            }));

    private static final Param<Boolean> MODALITIES =
            Param.refused(
                    "modalities",
                    new Kind<>(
                            "list of strings",
                            "[\"text\"]",
                            value -> {
                                for (String kind :
                                        Kind.elements(value, "list of strings", Value::string)) {
                                    if (!kind.equals("text")) {
                                        throw value.error(
                                                "unsupported_parameter",
                                                "can only be [\"text\"] on this server, got \""
                                                        + Quote.text(kind)
                                                        + "\".");
                                    }
                                }
                                return true;
                            }));

    private static final Param<Boolean> EXTRA_BODY =
            Param.refused(
                            "extra_body",
                            anyBut(
                                    "is a name of the Python client: its fields belong at the top"
                                            + " level of the request.",
                                    node -> false))
                    .note("its fields belong at the top level");

    static final List<Param<?>> ALL =
            List.of(
                    Param.ignored("user", Kind.string()),
                    Param.ignored("store", Kind.bool()),
                    Param.ignored("metadata", Kind.object()),
                    Param.ignored("safety_identifier", Kind.string()),
                    Param.ignored("prompt_cache_key", Kind.string()),
                    Param.ignored("prompt_cache_retention", Kind.string()),
                    Param.ignored("verbosity", Kind.string()),
                    Param.ignored("prediction", Kind.object()),
                    Param.ignored("parallel_tool_calls", Kind.bool()),
                    RESPONSE_FORMAT,
                    TOOLS,
                    TOOL_CHOICE,
                    unbuilt("functions", "is not supported by this server; use 'tools'."),
                    unbuilt("function_call", "is not supported by this server; use 'tool_choice'."),
                    unbuilt("structured_outputs"),
                    unbuilt("guided_json"),
                    unbuilt("guided_regex"),
                    unbuilt("guided_choice"),
                    unbuilt("guided_grammar"),
                    unbuilt("grammar"),
                    unbuilt("json_schema"),
                    unbuilt("thinking_token_budget"),
                    unbuilt(
                                    "include_reasoning",
                                    "can only be true: reasoning is not split off here yet.",
                                    JsonNode::booleanValue)
                            .note("`true` is accepted"),
                    unbuilt(
                                    "priority",
                                    "can only be 0: there are no priorities on this server yet.",
                                    node -> node.isNumber() && node.doubleValue() == 0)
                            .note("0 is accepted"),
                    unbuilt("logprob_token_ids"),
                    unbuilt("stream_interval"),
                    unbuilt("repetition_detection"),
                    unbuilt("vllm_xargs"),
                    MODALITIES,
                    refused("audio"),
                    refused("web_search_options"),
                    refused("prompt_embeds"),
                    refused("mm_processor_kwargs"),
                    refused("kv_transfer_params"),
                    refused("logits_processors"),
                    EXTRA_BODY);

    private InertParams() {}

    private static Param<Boolean> unbuilt(String name) {
        return unbuilt(name, NOT_BUILT);
    }

    private static Param<Boolean> unbuilt(String name, String why) {
        return unbuilt(name, why, node -> false);
    }

    private static Param<Boolean> unbuilt(String name, String why, Predicate<JsonNode> harmless) {
        return Param.unbuilt(name, anyBut(why, harmless));
    }

    private static Param<Boolean> refused(String name) {
        return Param.refused(name, anyBut("is not supported by this server.", node -> false));
    }

    private static Kind<Boolean> anyBut(String why, Predicate<JsonNode> harmless) {
        return new Kind<>(
                "any",
                "",
                value -> {
                    if (!harmless.test(value.node())) {
                        throw value.error("unsupported_parameter", why);
                    }
                    return true;
                });
    }
}
