package apus.openai.config;

import static apus.openai.config.Setting.one;
import static apus.openai.config.Setting.toggle;

import apus.openai.config.Setting.Group;
import java.util.List;
import java.util.OptionalDouble;

/** What requests mean where they do not say, and what they may ask for. */
final class RequestSettings {
    private static final Group GROUP = Group.API;

    static final List<Setting> ALL =
            List.of(
                    one(
                                    GROUP,
                                    "response-role",
                                    "ROLE",
                                    "assistant",
                                    "Role of chat answers.",
                                    (d, v) -> d.api.responseRole(role(v)))
                            .variable("OPENAI_RESPONSE_ROLE"),
                    one(
                            GROUP,
                            "max-n",
                            "N",
                            "128",
                            "Largest n, best_of and beam width.",
                            (d, v) -> d.api.maxN(v.integer(1, 65536))),
                    one(
                            GROUP,
                            "max-prompts",
                            "N",
                            "1024",
                            "Most prompts in one completion request.",
                            (d, v) -> d.api.maxPrompts(v.integer(1, 1 << 20))),
                    one(
                            GROUP,
                            "max-logprobs",
                            "N",
                            "20",
                            "Largest logprobs and top_logprobs; -1: the vocabulary.",
                            (d, v) -> d.api.maxLogprobs(v.integer(-1, 1 << 24))),
                    one(
                            GROUP,
                            "logprobs-mode",
                            "MODE",
                            "raw",
                            "raw: log-probabilities of the model itself; processed: after penalties and temperature.",
                            (d, v) ->
                                    d.api.processedLogprobs(
                                            v.choice(
                                                            "raw",
                                                            "processed",
                                                            "raw_logprobs",
                                                            "processed_logprobs")
                                                    .startsWith("processed"))),
                    one(
                            GROUP,
                            "default-temperature",
                            "T",
                            "(0.7 for chat, 1 for completions)",
                            "Temperature of requests that name none.",
                            (d, v) -> d.api.defaultTemperature(OptionalDouble.of(v.decimal(0, 2)))),
                    one(
                            GROUP,
                            "generation-config",
                            "SOURCE",
                            "none",
                            "auto: sampling values of the model's generation_config.json are the defaults of requests; none (or vllm): they are not.",
                            (d, v) ->
                                    d.api.modelDefaults(
                                            v.choice("auto", "none", "vllm").equals("auto"))),
                    one(
                            GROUP,
                            "override-generation-config",
                            "JSON",
                            "{}",
                            "Other defaults of request fields, such as {\"temperature\": 0.5, \"top_k\": 20}.",
                            (d, v) -> d.api.overrideDefaults(v.object())),
                    one(
                            GROUP,
                            "best-of-mode",
                            "MODE",
                            "sum",
                            "How best_of ranks: by the sum of log-probabilities, or their mean per token.",
                            (d, v) -> d.api.meanBestOf(v.choice("sum", "mean").equals("mean"))),
                    toggle(
                            GROUP,
                            "return-tokens-as-token-ids",
                            false,
                            "Whether tokens in logprobs are shown as token_id:N unless the request says otherwise.",
                            (d, v) -> d.api.tokensAsIds(v.flag())),
                    toggle(
                            GROUP,
                            "enable-force-include-usage",
                            false,
                            "Whether every stream ends with its usage, asked for or not.",
                            (d, v) -> d.api.forceUsage(v.flag())),
                    toggle(
                            GROUP,
                            "enable-prompt-tokens-details",
                            true,
                            "Whether usage has prompt_tokens_details.",
                            (d, v) -> d.api.promptTokensDetails(v.flag())),
                    toggle(
                            GROUP,
                            "trust-request-chat-template",
                            false,
                            "Whether a request may bring its own chat template.",
                            (d, v) -> d.api.trustChatTemplate(v.flag())),
                    toggle(
                            GROUP,
                            "parse-special-in-content",
                            true,
                            "Whether special tokens written in message contents are parsed as such.",
                            (d, v) -> d.api.parseSpecialInContent(v.flag())),
                    toggle(
                            GROUP,
                            "strict-params",
                            false,
                            "Whether an unknown request field is an error; otherwise it is named in x-ignored-params.",
                            (d, v) -> d.api.strictParams(v.flag())),
                    toggle(
                            GROUP,
                            "response-timings",
                            true,
                            "Whether answers carry timings.",
                            (d, v) -> d.api.timings(v.flag())));

    private RequestSettings() {}

    private static String role(Value value) {
        if (!value.text().matches("[A-Za-z0-9_-]{1,64}")) {
            throw value.wrong("a role of letters, digits, - and _");
        }
        return value.text();
    }
}
