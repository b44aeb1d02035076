package apus.runtime.sched;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import apus.kernels.Batch;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which blocks a new sequence takes over, and which it must not. */
class PrefixCacheTest {
    private static final int BLOCK = 4;
    private static final int BLOCKS = 16;

    private final BlockPool pool = new BlockPool(BLOCKS + 1);
    private final Batch batch = new Batch(64, 8, 64, 64);
    private final Step step = new Step(8);
    private Scheduler scheduler = scheduler(0);

    private Scheduler scheduler(int restartLength) {
        return new Scheduler(pool, BLOCK, 64, 8, 64, true, restartLength, 0, true);
    }

    private static int[] prompt(int length) {
        return IntStream.range(100, 100 + length).toArray();
    }

    /** Computes all that is outstanding of a new sequence. */
    private Sequence run(Sequence s) {
        scheduler.add(s);
        step();
        return s;
    }

    private void step() {
        scheduler.plan(batch, step);
        scheduler.commit(step);
    }

    private static Sequence plain(int[] prompt) {
        return Sequence.of(prompt, 20, false);
    }

    @Test
    void aLaterSequenceTakesOverTheFullBlocksOfItsBeginning() {
        Sequence first = run(plain(prompt(11)));
        scheduler.finish(first);
        int[] blocks = first.blocks.clone();
        int[] other = prompt(12);
        other[9] = 7; // in the third block
        Sequence second = run(plain(other));
        assertEquals(8, second.cached());
        assertArrayEquals(Arrays.copyOf(blocks, 2), Arrays.copyOf(second.blocks, 2));
        assertEquals(4, batch.tokens);
        assertEquals(8, batch.positions[0]);
        assertEquals(12, batch.contextLen[0]);
        scheduler.finish(second);
        assertEquals(BLOCKS, pool.free());
    }

    @Test
    void aRunningSequenceSharesItsBlocksToo() {
        Sequence first = run(plain(prompt(9)));
        Sequence second = run(plain(prompt(9)));
        assertEquals(8, second.cached());
        assertEquals(1, batch.tokens);
        scheduler.finish(first);
        Sequence third = run(plain(prompt(9)));
        assertEquals(8, third.cached());
        scheduler.finish(second);
        scheduler.finish(third);
        assertEquals(BLOCKS, pool.free());
    }

    @Test
    void theLastTokenRunsInAnyCase() {
        scheduler.finish(run(plain(prompt(8))));
        Sequence second = run(plain(prompt(8)));
        assertEquals(4, second.cached(), "the second block holds the last token");
        assertEquals(1, step.rows(0));
    }

    @Test
    void answersAreBeginningsOfTheNextTurn() {
        Sequence first = run(plain(prompt(6)));
        for (int token : new int[] {1, 2, 3}) {
            first.append(token);
            step();
        }
        scheduler.finish(first);
        int[] turn = Arrays.copyOf(prompt(6), 12);
        turn[6] = 1;
        turn[7] = 2;
        turn[8] = 3;
        assertEquals(8, run(plain(turn)).cached());
    }

    @Test
    void aBlockNeedsAllTokensBeforeItToBeEqual() {
        scheduler.finish(run(plain(prompt(12))));
        int[] other = prompt(12);
        other[0] = 7;
        assertEquals(0, run(plain(other)).cached());
    }

    @Test
    void saltsKeepTenantsApart() {
        scheduler.finish(run(plain(prompt(9)).salted("a")));
        Sequence stranger = run(plain(prompt(9)).salted("b"));
        assertEquals(0, stranger.cached());
        scheduler.finish(stranger);
        Sequence unsalted = run(plain(prompt(9)));
        assertEquals(0, unsalted.cached());
        scheduler.finish(unsalted);
        Sequence friend = run(plain(prompt(9)).salted("a"));
        assertEquals(8, friend.cached());
        assertEquals(8, run(friend.sibling()).computed() - 1, "shared with its parent's prompt");
    }

    @Test
    void aBlockThatWasGivenAwayIsForgotten() {
        scheduler.finish(run(plain(prompt(9))));
        int[] filler = IntStream.range(500, 500 + BLOCKS * BLOCK).toArray();
        Sequence big = Sequence.of(filler, filler.length, false);
        run(big);
        assertEquals(0, pool.free());
        scheduler.finish(big);
        assertEquals(0, run(plain(prompt(9))).cached());
    }

    @Test
    void theTailOfAPromptIsGivenAwayBeforeItsHead() {
        scheduler.finish(run(plain(prompt(16))));
        int[] filler = IntStream.range(500, 500 + (BLOCKS - 2) * BLOCK).toArray();
        Sequence big = Sequence.of(filler, filler.length, false);
        run(big);
        scheduler.finish(big);
        assertEquals(8, run(plain(prompt(16))).cached());
    }

    @Test
    void whatIsTakenOverAndFreeDoesNotCountAsFreeForAdmission() {
        Sequence first = run(Sequence.of(prompt(33), 33, false)); // 9 blocks
        scheduler.finish(first);
        int[] filler = IntStream.range(500, 500 + 28).toArray();
        Sequence other = run(Sequence.of(filler, 28, false)); // 7 blocks: 9 stay free
        assertEquals(9, pool.free());
        // 8 of the 9 free blocks are its own beginning; of 10 more it needs, only one is there.
        Sequence second = Sequence.of(prompt(33), 18 * BLOCK, false);
        assertFalse(scheduler.canEverRun(second));
        Sequence third = Sequence.of(prompt(33), 11 * BLOCK, false);
        scheduler.add(third);
        step();
        assertEquals(1, scheduler.waiting());
        scheduler.finish(other);
        step();
        assertEquals(32, third.cached());
        scheduler.finish(third);
        assertEquals(BLOCKS, pool.free());
    }

    @Test
    void rowsThatAreWantedAreComputed() {
        scheduler.finish(run(plain(prompt(9))));
        Sequence scored = run(Sequence.of(prompt(9), 9, true));
        assertEquals(0, scored.cached());
        assertEquals(9, step.rows(0));
    }

    @Test
    void whatMayCrossALongRopeNeitherGivesNorTakes() {
        scheduler = scheduler(20);
        scheduler.finish(run(Sequence.of(prompt(9), 21, false)));
        assertEquals(0, run(Sequence.of(prompt(9), 20, false)).cached());
        assertEquals(8, run(Sequence.of(prompt(9), 20, false)).cached());
        assertEquals(0, run(Sequence.of(prompt(9), 21, false)).cached());
    }

    @Test
    void beamsTakeOverAndShareOn() {
        scheduler.finish(run(plain(prompt(9))));
        Sequence root = run(Sequence.family(prompt(9), 14, false, 2));
        assertEquals(8, root.cached());
        Sequence fork = scheduler.fork(root);
        root.append(1);
        fork.append(2);
        step();
        assertArrayEquals(Arrays.copyOf(root.blocks, 2), Arrays.copyOf(fork.blocks, 2));
        scheduler.finish(root);
        scheduler.finish(fork);
        assertEquals(BLOCKS, pool.free());
    }
}
