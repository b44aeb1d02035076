package apus.openai.generate;

import apus.format.token.Tokenizer;
import apus.openai.ApiException;
import apus.openai.ApiSettings;
import apus.runtime.LogprobOptions;
import apus.runtime.Request;
import apus.runtime.Sampling;
import apus.runtime.Search;
import apus.runtime.Stops;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** Checked fields as what the engine understands. */
final class EngineRequests {
    /** Below this the answer is greedy. */
    private static final double GREEDY = 1e-5;

    /** Smaller temperatures make logits too large to be told apart from infinite ones. */
    private static final double LOWEST_TEMPERATURE = 0.01;

    private final Params params;
    private final ApiSettings settings;
    private final Sampling sampling;

    EngineRequests(Params params, ApiSettings settings, Tokenizer tokenizer) {
        this.params = params;
        this.settings = settings;
        this.sampling = sampling(tokenizer);
    }

    /**
     * One prompt's request.
     *
     * @param maxTokens as {@link Context} found
     */
    Request of(int[] prompt, int maxTokens) {
        return new Request(
                prompt,
                search(),
                sampling,
                stops(maxTokens),
                params.get(OutputParams.SKIP_SPECIAL),
                logprobs(),
                params.find(OutputParams.CACHE_SALT).orElse(""));
    }

    private Sampling sampling(Tokenizer tokenizer) {
        double temperature = params.get(SamplingParams.TEMPERATURE);
        return Sampling.builder()
                .temperature(temperature < GREEDY ? 0 : Math.max(temperature, LOWEST_TEMPERATURE))
                .topP(params.get(SamplingParams.TOP_P))
                .topK(Math.max(0, params.get(SamplingParams.TOP_K)))
                .minP(params.get(SamplingParams.MIN_P))
                .presencePenalty(params.get(SamplingParams.PRESENCE_PENALTY))
                .frequencyPenalty(params.get(SamplingParams.FREQUENCY_PENALTY))
                .repetitionPenalty(params.get(SamplingParams.REPETITION_PENALTY))
                .logitBias(params.find(SamplingParams.LOGIT_BIAS).orElse(Map.of()))
                .allowedTokens(params.find(SamplingParams.ALLOWED_TOKEN_IDS).orElse(List.of()))
                .badWords(badWords(tokenizer))
                .seed(
                        params.find(SamplingParams.SEED)
                                .filter(seed -> seed != -1)
                                .map(OptionalLong::of)
                                .orElse(OptionalLong.empty()))
                .build();
    }

    /** A word stands at the start of a text or, behind a space, within it. */
    private List<List<Integer>> badWords(Tokenizer tokenizer) {
        Set<List<Integer>> sequences = new LinkedHashSet<>();
        List<String> words = params.find(SamplingParams.BAD_WORDS).orElse(List.of());
        for (int i = 0; i < words.size(); i++) {
            boolean any = false;
            for (String prefix : List.of("", " ")) {
                int[] ids = tokenizer.encode(prefix + words.get(i), false);
                if (ids.length > 0) {
                    any = true;
                    sequences.add(Arrays.stream(ids).boxed().toList());
                }
            }
            if (!any) {
                String path = "bad_words[" + i + "]";
                throw ApiException.badRequest(
                        "invalid_value", path, "'" + path + "' has no tokens.");
            }
        }
        return List.copyOf(sequences);
    }

    private Search search() {
        int n = params.get(SamplingParams.N);
        if (params.get(SamplingParams.USE_BEAM_SEARCH)) {
            return new Search.Beam(
                    n,
                    params.find(SamplingParams.BEST_OF).orElse(Math.max(n, 2)),
                    params.get(SamplingParams.LENGTH_PENALTY),
                    params.find(SamplingParams.EARLY_STOPPING).orElse(Search.EarlyStopping.FALSE));
        }
        return new Search.Draw(
                n,
                params.find(SamplingParams.BEST_OF).orElse(n),
                settings.meanBestOf() ? Search.Score.MEAN : Search.Score.SUM);
    }

    private Stops stops(int maxTokens) {
        int min = (int) Math.min(params.get(LengthParams.MIN_TOKENS), Integer.MAX_VALUE);
        return Stops.builder()
                .maxTokens(maxTokens)
                // A default of max_tokens may have been cut to the room below the minimum.
                .minTokens(maxTokens == Stops.UNLIMITED ? min : Math.min(min, maxTokens))
                .strings(params.find(LengthParams.STOP).orElse(List.of()))
                .includeString(params.get(LengthParams.INCLUDE_STOP))
                .tokens(
                        params.find(LengthParams.STOP_TOKEN_IDS).orElse(List.of()).stream()
                                .distinct()
                                .toList())
                .ignoreEos(params.get(LengthParams.IGNORE_EOS))
                .build();
    }

    private LogprobOptions logprobs() {
        int generated =
                switch (params.endpoint()) {
                    case CHAT ->
                            params.get(OutputParams.LOGPROBS)
                                    ? params.find(OutputParams.TOP_LOGPROBS).orElse(0)
                                    : LogprobOptions.OFF;
                    case COMPLETION ->
                            params.find(OutputParams.COMPLETION_LOGPROBS)
                                    .orElse(LogprobOptions.OFF);
                };
        boolean echoed = params.endpoint() == Endpoint.COMPLETION && params.get(OutputParams.ECHO);
        int prompt =
                Math.max(
                        params.find(OutputParams.PROMPT_LOGPROBS).orElse(LogprobOptions.OFF),
                        echoed ? generated : LogprobOptions.OFF);
        return new LogprobOptions(
                generated,
                prompt,
                settings.processedLogprobs()
                        ? LogprobOptions.Source.PROCESSED
                        : LogprobOptions.Source.RAW);
    }
}
