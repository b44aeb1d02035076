package apus.openai.generate;

import apus.format.token.Tokenizer;
import apus.openai.ApiException;
import apus.openai.ApiSettings;
import apus.runtime.Engine;
import apus.runtime.ModelInfo;
import apus.runtime.Request;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** From a request's fields to a job: checks, templates, tokenises, and finds that it fits. */
final class JobReader {
    private final ApiSettings settings;
    private final ParamReader reader;
    private final ChatPrompts chatPrompts;

    /**
     * @throws apus.runtime.RequestException if a configured default is not one
     */
    JobReader(ApiSettings settings) {
        this.settings = settings;
        this.reader = new ParamReader(settings);
        this.chatPrompts = new ChatPrompts(settings);
    }

    /**
     * The fields of a body.
     *
     * @throws ApiException 400 naming the first field at fault, or 404 for an unknown model
     */
    Params params(Endpoint endpoint, ObjectNode body, Engine engine) {
        return reader.read(endpoint, body, Limits.of(engine, settings), engine.model().defaults());
    }

    /**
     * The job they ask for.
     *
     * @param stem what the answer's id is made from
     * @throws ApiException 400 if a prompt has no tokens or does not fit the context
     * @throws apus.runtime.RequestException if the template refuses the conversation
     */
    Job job(Params params, Engine engine, String stem) {
        return switch (params.endpoint()) {
            case CHAT -> chat(params, engine, stem);
            case COMPLETION -> completion(params, engine, stem);
        };
    }

    private Job chat(Params params, Engine engine, String stem) {
        ChatPrompt chat = chatPrompts.of(params, engine);
        Prompt prompt =
                Truncation.apply(
                        params,
                        engine.tokenizer(),
                        engine.model().maxModelLen(),
                        params.get(OutputParams.SKIP_SPECIAL),
                        chat.prompt());
        if (prompt.ids().length == 0) {
            throw ApiException.badRequest(
                    "invalid_value", "messages", "'messages' come to a prompt without tokens.");
        }
        OptionalInt logprobs =
                params.get(OutputParams.LOGPROBS)
                        ? OptionalInt.of(params.find(OutputParams.TOP_LOGPROBS).orElse(0))
                        : OptionalInt.empty();
        return job(
                params,
                engine,
                "chatcmpl-" + stem,
                List.of(prompt),
                chat.role(),
                chat.echo(),
                "",
                logprobs);
    }

    private Job completion(Params params, Engine engine, String stem) {
        CompletionPrompts prompts =
                new CompletionPrompts(params, engine.tokenizer(), engine.model().maxModelLen());
        return job(
                params,
                engine,
                "cmpl-" + stem,
                prompts.read(),
                "",
                "",
                prompts.appended(),
                optional(params.find(OutputParams.COMPLETION_LOGPROBS)));
    }

    private Job job(
            Params params,
            Engine engine,
            String id,
            List<Prompt> prompts,
            String role,
            String prefix,
            String suffix,
            OptionalInt logprobs) {
        StreamOptions usage = params.find(OutputParams.STREAM_OPTIONS).orElse(StreamOptions.NONE);
        return new Job(
                params.endpoint(),
                envelope(params, engine.model(), id),
                prompts,
                requests(params, engine, prompts),
                params.get(SamplingParams.N),
                role,
                prefix,
                params.get(OutputParams.ECHO),
                suffix,
                logprobs,
                optional(params.find(OutputParams.PROMPT_LOGPROBS)),
                texts(params, engine.tokenizer()),
                params.get(OutputParams.RETURN_TOKEN_IDS),
                settings.forceUsage() ? usage.withUsage() : usage,
                settings.promptTokensDetails(),
                settings.timings());
    }

    /** All lengths are checked before the first request runs. */
    private List<Request> requests(Params params, Engine engine, List<Prompt> prompts) {
        EngineRequests requests = new EngineRequests(params, settings, engine.tokenizer());
        List<Request> all = new ArrayList<>(prompts.size());
        for (Prompt prompt : prompts) {
            int maxTokens =
                    Context.maxTokens(params, prompt.ids().length, engine.model().maxModelLen());
            all.add(requests.of(prompt.ids(), maxTokens));
        }
        return all;
    }

    private Envelope envelope(Params params, ModelInfo model, String id) {
        return new Envelope(
                id,
                System.currentTimeMillis() / 1000,
                params.find(OutputParams.MODEL).orElse(settings.servedNames().getFirst()),
                Fingerprint.of(model),
                params.sent(OutputParams.SERVICE_TIER));
    }

    private TokenTexts texts(Params params, Tokenizer tokenizer) {
        return new TokenTexts(
                tokenizer, params.find(OutputParams.TOKENS_AS_IDS).orElse(settings.tokensAsIds()));
    }

    private static OptionalInt optional(Optional<Integer> value) {
        return value.map(OptionalInt::of).orElse(OptionalInt.empty());
    }
}
