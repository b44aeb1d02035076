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

    private ApiPage() {}

    static String render() {
        return HEAD + ParamTable.markdown();
    }
}
