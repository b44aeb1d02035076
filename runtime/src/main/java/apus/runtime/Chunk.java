package apus.runtime;

import java.util.List;
import java.util.Optional;

/**
 * What one step added to one choice. Every sampled token makes a chunk, even if its text is still
 * withheld; a ranked search (more candidates than choices, or beams) gives one chunk per choice.
 *
 * @param choice index, 0 to n - 1
 * @param text text that became certain; empty while a stop string or half a character may be
 *     pending
 * @param tokenIds tokens sampled since the last chunk of this choice, hidden ones and those behind
 *     a stop string included; not copied
 * @param logprobs of the tokens whose text became certain, if asked for: none for hidden tokens, a
 *     closing end-of-sequence token, or tokens behind a stop string
 * @param finish present in the last chunk of the choice, absent before
 */
public record Chunk(
        int choice,
        String text,
        int[] tokenIds,
        List<TokenLogprobs> logprobs,
        Optional<Finish> finish) {
    public Chunk {
        logprobs = List.copyOf(logprobs);
    }
}
