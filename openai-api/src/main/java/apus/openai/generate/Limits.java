package apus.openai.generate;

import apus.openai.ApiSettings;
import apus.runtime.Engine;
import java.util.function.Predicate;

/**
 * What the values of a request are checked against.
 *
 * @param vocab token ids are below this
 * @param mentionsRole whether the chat template handles messages of a role
 * @param settings the server's own bounds
 */
record Limits(int vocab, Predicate<String> mentionsRole, ApiSettings settings) {
    private static final int MAX_SEQUENCES = 16_384;

    /** Those of the model that serves. */
    static Limits of(Engine engine, ApiSettings settings) {
        return new Limits(engine.model().vocabSize(), engine.chat()::mentions, settings);
    }

    /**
     * Most sequences one request may keep: prompts times candidates. Each costs some kilobytes from
     * its first moment on.
     */
    int maxSequences() {
        return Math.max(MAX_SEQUENCES, Math.max(settings.maxPrompts(), settings.maxN()));
    }

    /** Most alternatives a request may ask for beside a token. */
    int maxLogprobs() {
        return settings.maxLogprobs() < 0 ? vocab : settings.maxLogprobs();
    }
}
