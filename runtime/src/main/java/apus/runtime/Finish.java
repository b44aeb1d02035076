package apus.runtime;

import java.util.Optional;
import java.util.OptionalInt;

/** Why a choice ended. */
public sealed interface Finish {
    /**
     * The model stopped, or was stopped.
     *
     * @param string the stop string that matched
     * @param token the stop token of the request that was drawn; both empty for an end-of-sequence
     *     token
     */
    record Stop(Optional<String> string, OptionalInt token) implements Finish {}

    /** max_tokens or the context is used up. */
    record Length() implements Finish {}

    /** {@link Generation#cancel} or a reader too slow for its buffer. */
    record Cancelled(String why) implements Finish {}

    /** The engine could not go on. */
    record Failed(RuntimeException cause) implements Finish {}
}
