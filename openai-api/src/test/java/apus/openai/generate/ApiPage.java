package apus.openai.generate;

/** docs/api.md, its table written from the code. */
final class ApiPage {
    private static final String HEAD =
            """
            # The API

            <!-- The table is written from the table of parameters; ApiPageTest compares. -->

            Routes answer under `/v1`, `/openai/v1` and `/v2/ENDPOINT/openai/v1` alike.

            | Route | Method | Key needed |
            |---|---|---|
            | `/v1/chat/completions`, `/v1/completions` | POST | yes |
            | `/v1/models`, `/v1/models/ID` | GET | yes |
            | `/tokenize`, `/detokenize`, also under `/v1`; `/apply-template` | POST | yes |
            | `/health`, `/v1/health`, `/ping`, `/version` | GET | no |
            | `/metrics` | GET | only with METRICS_AUTH |

            Errors are OpenAI's error object with all four of its keys. A field that constrains the answer and cannot be honoured is a
            400 that names it; a field that nobody knows is accepted and named in the header `x-ignored-params` (with STRICT_PARAMS a
            400); `null` means the default. Seeded answers do not depend on what else is in the batch.

            ## Parameters

            """;

    private static final String TAIL =
            """

            Values are not coerced: `"0.5"` is no number, `true` is no number, `5.0` is an integer. The first field at fault, in the order of
            the body, is reported, in streams too. Defaults come from the request, else `OVERRIDE_GENERATION_CONFIG`, else the model's
            `generation_config.json` if `GENERATION_CONFIG=auto`, else the table.

            ## Answers

            Whole answers and the last chunk of a stream that bears a choice carry `timings` (milliseconds and counts of the whole request) unless
            RESPONSE_TIMINGS is off. `usage.completion_tokens` counts the sampled tokens of all candidates, `usage.prompt_tokens` each prompt once.
            `stop_reason` is the stop string or token that matched. With `return_token_ids` answers carry `token_ids` and `prompt_token_ids`.

            Log-probabilities are the model's own, before penalties and temperature (LOGPROBS_MODE=processed: after them). In completions a
            token that is part of a character shows as `bytes:\\xf0`, `text_offset` counts code points, and minus infinity is -9999.0.

            ## Where it differs from vLLM on purpose

            1. `best_of`, `early_stopping`, a beam width other than `n`, and `suffix` exist.
            2. `n` above 1 is allowed at temperature 0.
            3. The temperature of chats defaults to 0.7; the model's own sampling values are opt-in.
            4. The text of a `stop_token_ids` token is kept unless it is a hidden special token.
            5. The length penalty of beams counts generated tokens only.
            6. Scoring with `max_tokens: 0` bills no hidden token, and works without `echo`.
            7. A stream holds back no more text than may still become a stop string.
            8. `top_logprobs` of chats holds exactly the k best; the drawn token is there only if it ranks among them.
            9. The last chunk of a choice has an empty delta; with `include_usage` the other chunks carry `usage: null`.
            10. `error.code` is a string, and all four keys of an error are always there.
            11. `guided_*` fields are known; a constraint is never dropped silently, ignored fields are named in a header.
            12. Messages may carry `reasoning` or `reasoning_content`; templates see both.
            13. Keys guard every route that is not public, not only those below `/v1`.
            14. The random streams of choices are hashed from the seed, not counted on from it.
            15. What a seed gives does not depend on the other requests of the moment.
            """;

    private ApiPage() {}

    static String render() {
        return HEAD + ParamTable.markdown() + TAIL;
    }
}
