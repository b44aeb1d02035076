package apus.openai;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What requests mean where they do not say, and what they may ask for.
 *
 * @param servedNames model ids that requests may name; the first is canonical
 * @param responseRole role of chat answers
 * @param maxN largest n, best_of and beam width
 * @param maxPrompts most prompts in one completion request
 * @param maxLogprobs largest logprobs and top_logprobs; -1 = the vocabulary
 * @param defaultTemperature temperature of requests that name none, chat and completions; empty =
 *     0.7 and 1
 * @param modelDefaults whether sampling values of generation_config.json apply
 *     (GENERATION_CONFIG=auto)
 * @param overrideDefaults request fields with other defaults (OVERRIDE_GENERATION_CONFIG), JSON
 *     values
 * @param processedLogprobs whether logprobs are those after penalties and temperature
 *     (LOGPROBS_MODE=processed)
 * @param meanBestOf whether best_of ranks by the mean per token, not the sum
 * @param tokensAsIds show logprob tokens as token_id:N unless the request says otherwise
 * @param forceUsage streams act as if include_usage were set
 * @param promptTokensDetails whether usage carries prompt_tokens_details
 * @param trustChatTemplate whether a request may bring its own chat template
 * @param parseSpecialInContent whether special-token strings in message contents become special
 *     tokens
 * @param strictParams whether an unknown field is an error
 * @param timings whether responses carry timings
 */
public record ApiSettings(
        List<String> servedNames,
        String responseRole,
        int maxN,
        int maxPrompts,
        int maxLogprobs,
        OptionalDouble defaultTemperature,
        boolean modelDefaults,
        Map<String, Object> overrideDefaults,
        boolean processedLogprobs,
        boolean meanBestOf,
        boolean tokensAsIds,
        boolean forceUsage,
        boolean promptTokensDetails,
        boolean trustChatTemplate,
        boolean parseSpecialInContent,
        boolean strictParams,
        boolean timings) {

    /** Everything at its default. */
    public static ApiSettings defaults() {
        return builder().build();
    }

    /** Starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Starts from these values. */
    public Builder change() {
        Builder b = new Builder();
        b.servedNames = servedNames;
        b.responseRole = responseRole;
        b.maxN = maxN;
        b.maxPrompts = maxPrompts;
        b.maxLogprobs = maxLogprobs;
        b.defaultTemperature = defaultTemperature;
        b.modelDefaults = modelDefaults;
        b.overrideDefaults = overrideDefaults;
        b.processedLogprobs = processedLogprobs;
        b.meanBestOf = meanBestOf;
        b.tokensAsIds = tokensAsIds;
        b.forceUsage = forceUsage;
        b.promptTokensDetails = promptTokensDetails;
        b.trustChatTemplate = trustChatTemplate;
        b.parseSpecialInContent = parseSpecialInContent;
        b.strictParams = strictParams;
        b.timings = timings;
        return b;
    }

    /** Collects values; each method is named for the component it sets. */
    public static final class Builder {
        private List<String> servedNames = List.of("apus-demo");
        private String responseRole = "assistant";
        private int maxN = 128;
        private int maxPrompts = 1024;
        private int maxLogprobs = 20;
        private OptionalDouble defaultTemperature = OptionalDouble.empty();
        private boolean modelDefaults = false;
        private Map<String, Object> overrideDefaults = Map.of();
        private boolean processedLogprobs = false;
        private boolean meanBestOf = false;
        private boolean tokensAsIds = false;
        private boolean forceUsage = false;
        private boolean promptTokensDetails = true;
        private boolean trustChatTemplate = false;
        private boolean parseSpecialInContent = true;
        private boolean strictParams = false;
        private boolean timings = true;

        private Builder() {}

        public Builder servedNames(List<String> value) {
            servedNames = value;
            return this;
        }

        public Builder responseRole(String value) {
            responseRole = value;
            return this;
        }

        public Builder maxN(int value) {
            maxN = value;
            return this;
        }

        public Builder maxPrompts(int value) {
            maxPrompts = value;
            return this;
        }

        public Builder maxLogprobs(int value) {
            maxLogprobs = value;
            return this;
        }

        public Builder defaultTemperature(OptionalDouble value) {
            defaultTemperature = value;
            return this;
        }

        public Builder modelDefaults(boolean value) {
            modelDefaults = value;
            return this;
        }

        public Builder overrideDefaults(Map<String, Object> value) {
            overrideDefaults = value;
            return this;
        }

        public Builder processedLogprobs(boolean value) {
            processedLogprobs = value;
            return this;
        }

        public Builder meanBestOf(boolean value) {
            meanBestOf = value;
            return this;
        }

        public Builder tokensAsIds(boolean value) {
            tokensAsIds = value;
            return this;
        }

        public Builder forceUsage(boolean value) {
            forceUsage = value;
            return this;
        }

        public Builder promptTokensDetails(boolean value) {
            promptTokensDetails = value;
            return this;
        }

        public Builder trustChatTemplate(boolean value) {
            trustChatTemplate = value;
            return this;
        }

        public Builder parseSpecialInContent(boolean value) {
            parseSpecialInContent = value;
            return this;
        }

        public Builder strictParams(boolean value) {
            strictParams = value;
            return this;
        }

        public Builder timings(boolean value) {
            timings = value;
            return this;
        }

        /** Checks and freezes. */
        public ApiSettings build() {
            return new ApiSettings(
                    servedNames,
                    responseRole,
                    maxN,
                    maxPrompts,
                    maxLogprobs,
                    defaultTemperature,
                    modelDefaults,
                    overrideDefaults,
                    processedLogprobs,
                    meanBestOf,
                    tokensAsIds,
                    forceUsage,
                    promptTokensDetails,
                    trustChatTemplate,
                    parseSpecialInContent,
                    strictParams,
                    timings);
        }
    }
}
