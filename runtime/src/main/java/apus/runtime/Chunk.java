package apus.runtime;

import java.util.Optional;

/**
 * What one step added to one choice.
 *
 * @param choice index, 0 to n - 1
 * @param text text that became certain; empty while a stop string or half a character may be
 *     pending
 * @param tokenIds tokens sampled since the last chunk of this choice, hidden ones included
 * @param finish present in the last chunk of the choice, absent before
 */
public record Chunk(int choice, String text, int[] tokenIds, Optional<Finish> finish) {}
