package apus.runtime;

import apus.runtime.sched.Sequence;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/** What only the opened model can tell about a request: ids in the vocabulary, lengths, room. */
final class RequestCheck {
    private final ModelInfo model;
    private final Predicate<Sequence> canEverRun;

    RequestCheck(ModelInfo model, Predicate<Sequence> canEverRun) {
        this.model = model;
        this.canEverRun = canEverRun;
    }

    /**
     * Checks, and gives beams without a bound the longest one that the cache has room for.
     *
     * @throws RequestException naming the field
     */
    Request check(Request request) {
        for (int id : request.prompt()) {
            checkId("prompt", id);
        }
        checkIds("stop_token_ids", request.stops().tokens());
        checkIds("logit_bias", request.sampling().logitBias().keySet());
        checkIds("allowed_token_ids", request.sampling().allowedTokens());
        for (List<Integer> word : request.sampling().badWords()) {
            checkIds("bad_words", word);
        }
        Request bounded = bounded(request);
        checkLength(bounded);
        return bounded;
    }

    private Request bounded(Request request) {
        if (request.stops().maxTokens() != Stops.UNLIMITED
                || !(request.search() instanceof Search.Beam beam)) {
            return request;
        }
        int prompt = request.prompt().length;
        int fits = prompt; // does, or nothing does
        int tooLong = model.maxModelLen() + 1;
        while (tooLong - fits > 1) {
            int length = (fits + tooLong) >>> 1;
            Sequence root = Sequence.family(request.prompt(), length, false, beam.width());
            if (canEverRun.test(root)) {
                fits = length;
            } else {
                tooLong = length;
            }
        }
        return fits == prompt
                ? request
                : request.with(request.stops().change().maxTokens(fits - prompt).build());
    }

    private void checkLength(Request request) {
        int prompt = request.prompt().length;
        int max = request.stops().maxTokens();
        int room = model.maxModelLen();
        if (prompt > room || (prompt == room && max != 0)) {
            throw new RequestException(
                    "prompt",
                    RequestException.Reason.CONTEXT_LENGTH,
                    "The prompt has "
                            + prompt
                            + " tokens; this model's context is "
                            + room
                            + " tokens, prompt and answer together.");
        }
        if (max != Stops.UNLIMITED && (long) prompt + max > room) {
            throw new RequestException(
                    "max_tokens",
                    RequestException.Reason.CONTEXT_LENGTH,
                    "The prompt has "
                            + prompt
                            + " tokens and 'max_tokens' is "
                            + max
                            + "; together they exceed this model's context of "
                            + room
                            + " tokens.");
        }
        checkRoom(request, max == Stops.UNLIMITED ? room : prompt + max);
    }

    private void checkRoom(Request request, int maxLength) {
        int width =
                switch (request.search()) {
                    case Search.Draw _ -> 1;
                    case Search.Beam beam -> beam.width();
                };
        if (!canEverRun.test(Sequence.family(request.prompt(), maxLength, false, width))) {
            throw new RequestException(
                    width > 1 ? "best_of" : "max_tokens",
                    width
                            + " sequences of "
                            + maxLength
                            + " tokens do not fit the key/value cache of "
                            + model.kvBlocks()
                            + " blocks of "
                            + model.blockSize()
                            + " tokens, or the batch.");
        }
    }

    private void checkIds(String param, Collection<Integer> ids) {
        for (int id : ids) {
            checkId(param, id);
        }
    }

    private void checkId(String param, int id) {
        if (id < 0 || id >= model.vocabSize()) {
            throw new RequestException(
                    param,
                    "'"
                            + param
                            + "' must hold token ids from 0 to "
                            + (model.vocabSize() - 1)
                            + ", got "
                            + id
                            + ".");
        }
    }
}
