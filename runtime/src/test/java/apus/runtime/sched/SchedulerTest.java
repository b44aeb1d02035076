package apus.runtime.sched;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.kernels.Batch;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Policies, with integers only. */
class SchedulerTest {
    private static final int BLOCK = 4;

    /** A scheduler with its batch. */
    private static final class Rig {
        final BlockPool pool;
        final Scheduler scheduler;
        final Batch batch;
        final Step step;

        Rig(
                int blocks,
                int maxTokens,
                int maxSequences,
                int maxRows,
                boolean chunked,
                int restart) {
            pool = new BlockPool(blocks + 1);
            scheduler =
                    new Scheduler(
                            pool,
                            BLOCK,
                            maxTokens,
                            maxSequences,
                            maxRows,
                            chunked,
                            restart,
                            0,
                            false);
            batch = new Batch(maxTokens, maxSequences, maxRows, 64);
            step = new Step(maxSequences);
        }

        static Rig of(int blocks, int maxTokens) {
            return new Rig(blocks, maxTokens, 8, 8, true, 0);
        }

        boolean step() {
            boolean work = scheduler.plan(batch, step);
            scheduler.commit(step);
            return work;
        }

        int[] slots() {
            return Arrays.copyOf(batch.slots, batch.tokens);
        }
    }

    private static int[] prompt(int length) {
        return IntStream.range(100, 100 + length).toArray();
    }

    @Test
    void aPromptIsComputedInChunksAndOnlyTheLastGivesLogits() {
        Rig rig = Rig.of(16, 6);
        Sequence s = Sequence.of(prompt(10), 20, false);
        rig.scheduler.add(s);
        assertTrue(rig.step());
        assertEquals(6, rig.batch.tokens);
        assertEquals(0, rig.batch.logitCount);
        assertFalse(rig.step.reachedEnd(0));
        assertTrue(rig.step());
        assertEquals(4, rig.batch.tokens);
        assertArrayEquals(
                new int[] {6, 7, 8, 9}, Arrays.copyOf(rig.batch.positions, rig.batch.tokens));
        assertEquals(10, rig.batch.contextLen[0]);
        assertEquals(1, rig.batch.logitCount);
        assertEquals(3, rig.batch.logitRows[0]);
        assertTrue(rig.step.reachedEnd(0));
        assertFalse(rig.step(), "nothing is outstanding until a token is appended");
        s.append(7);
        assertTrue(rig.step());
        assertEquals(7, rig.batch.tokenIds[0]);
        assertEquals(10, rig.batch.positions[0]);
    }

    @Test
    void runningAnswersGoBeforeALongPrompt() {
        Rig rig = Rig.of(64, 5);
        Sequence answer = Sequence.of(prompt(2), 20, false);
        rig.scheduler.add(answer);
        rig.step();
        answer.append(1);
        Sequence longPrompt = Sequence.of(prompt(12), 20, false);
        rig.scheduler.add(longPrompt);
        for (int i = 0; i < 3; i++) {
            rig.step();
            assertEquals(answer, rig.step.sequence(0));
            assertEquals(2, rig.step.count());
            answer.append(1);
        }
        assertEquals(12, longPrompt.computed());
    }

    @Test
    void admissionReservesTheBlocksOfTheWholeAnswer() {
        Rig rig = Rig.of(4, 32);
        Sequence first = Sequence.of(prompt(2), 9, false); // 8 positions: 2 blocks
        Sequence second = Sequence.of(prompt(2), 13, false); // 3 blocks
        Sequence third = Sequence.of(prompt(2), 3, false); // 1 block, but not its turn
        rig.scheduler.add(first);
        rig.scheduler.add(second);
        rig.scheduler.add(third);
        rig.step();
        assertEquals(1, rig.scheduler.running());
        assertEquals(2, rig.scheduler.waiting());
        rig.scheduler.finish(first);
        rig.step();
        assertEquals(2, rig.scheduler.running());
        rig.scheduler.finish(second);
        rig.scheduler.finish(third);
        assertEquals(4, rig.pool.free());
    }

    @Test
    void aSequenceThatCanNeverRunIsKnownBefore() {
        Rig rig = Rig.of(4, 32);
        assertTrue(rig.scheduler.canEverRun(Sequence.of(prompt(2), 17, false)));
        assertFalse(rig.scheduler.canEverRun(Sequence.of(prompt(2), 18, false)));
        assertTrue(rig.scheduler.canEverRun(Sequence.family(prompt(2), 5, false, 4)));
        assertFalse(rig.scheduler.canEverRun(Sequence.family(prompt(2), 6, false, 4)));
        assertFalse(rig.scheduler.canEverRun(Sequence.family(prompt(1), 1, false, 9)));
    }

    @Test
    void siblingsShareTheFullBlocksOfTheirPrompt() {
        Rig rig = Rig.of(32, 32);
        Sequence first = Sequence.of(prompt(10), 20, false);
        Sequence sibling = first.sibling();
        rig.scheduler.add(first);
        rig.scheduler.add(sibling);
        rig.step();
        assertEquals(1, rig.step.count(), "the sibling waits for the prompt");
        first.append(1);
        rig.step();
        assertEquals(2, rig.step.count());
        assertEquals(sibling, rig.step.sequence(1));
        assertEquals(2, rig.step.tokens(1), "only the partial block is computed again");
        assertArrayEquals(
                Arrays.copyOf(first.blocks, 2), Arrays.copyOf(sibling.blocks, 2), "shared");
        assertTrue(first.blocks[2] != sibling.blocks[2], "the tails are their own");
        rig.scheduler.finish(first);
        assertEquals(32 - 3, rig.pool.free(), "the shared blocks live on");
        rig.scheduler.finish(sibling);
        assertEquals(32, rig.pool.free());
    }

    @Test
    void aSiblingWithoutItsElderComputesThePromptItself() {
        Rig rig = Rig.of(32, 32);
        Sequence first = Sequence.of(prompt(10), 20, false);
        Sequence sibling = first.sibling();
        rig.scheduler.add(first);
        rig.scheduler.add(sibling);
        rig.scheduler.finish(first);
        rig.step();
        assertEquals(sibling, rig.step.sequence(0));
        assertEquals(10, rig.batch.tokens);
    }

    @Test
    void aPromptOfWholeBlocksStillRunsItsLastToken() {
        Rig rig = Rig.of(32, 32);
        Sequence first = Sequence.of(prompt(8), 20, false);
        Sequence sibling = first.sibling();
        rig.scheduler.add(first);
        rig.scheduler.add(sibling);
        rig.step();
        first.append(1);
        rig.step();
        assertEquals(4, rig.step.tokens(1));
        assertEquals(1, rig.step.rows(1));
    }

    @Test
    void aForkSharesFullBlocksAndRecomputesTheRest() {
        Rig rig = Rig.of(8, 32);
        Sequence root = Sequence.family(prompt(6), 9, false, 3);
        rig.scheduler.add(root);
        rig.step();
        Sequence fork = rig.scheduler.fork(root);
        root.append(1);
        fork.append(2);
        rig.step();
        assertEquals(2, rig.step.count());
        assertEquals(3, rig.step.tokens(1), "two of the partial block, and the new one");
        assertEquals(fork.blocks[0], root.blocks[0]);
        assertTrue(fork.blocks[1] != root.blocks[1]);
        rig.scheduler.finish(root);
        assertEquals(8 - 2, rig.pool.free());
        rig.scheduler.finish(fork);
        assertEquals(8, rig.pool.free());
    }

    @Test
    void aFamilyHoldsItsPlacesAndBlocksUntilItsLastMemberIsGone() {
        Rig rig = new Rig(6, 32, 3, 8, true, 0);
        Sequence root = Sequence.family(prompt(3), 9, false, 3); // 3 * 2 blocks, 3 places
        Sequence other = Sequence.of(prompt(1), 2, false);
        rig.scheduler.add(root);
        rig.scheduler.add(other);
        rig.step();
        Sequence fork = rig.scheduler.fork(root);
        rig.scheduler.finish(root);
        fork.append(1);
        rig.step();
        assertEquals(1, rig.scheduler.waiting(), "no place and no block is left");
        rig.scheduler.finish(fork);
        rig.step();
        assertEquals(other, rig.step.sequence(0));
    }

    @Test
    void everyRowOfAPromptIsGivenWithinTheRowsThereAre() {
        Rig rig = new Rig(32, 32, 4, 6, true, 0);
        Sequence scored = Sequence.of(prompt(10), 10, true);
        rig.scheduler.add(scored);
        rig.step();
        assertEquals(6, rig.step.rows(0));
        assertEquals(6, rig.batch.tokens);
        Sequence other = Sequence.of(prompt(2), 10, false);
        rig.scheduler.add(other);
        rig.step();
        assertEquals(4, rig.step.rows(0));
        assertTrue(rig.step.reachedEnd(0));
        assertEquals(1, rig.step.rows(1));
        assertEquals(4, rig.step.firstRow(1));
        assertArrayEquals(
                new int[] {0, 1, 2, 3, 5}, Arrays.copyOf(rig.batch.logitRows, 5), "ascending");
    }

    @Test
    void whoeverIsAdmittedBehindOneThatTakesEveryRowWaitsAStep() {
        Rig rig = new Rig(32, 32, 4, 6, true, 0);
        Sequence scored = Sequence.of(prompt(10), 10, true);
        Sequence other = Sequence.of(prompt(2), 10, false);
        rig.scheduler.add(scored);
        rig.scheduler.add(other);
        rig.step();
        assertEquals(1, rig.step.count());
        assertEquals(6, rig.batch.logitCount);
        rig.step();
        assertEquals(2, rig.step.count());
        assertEquals(5, rig.batch.logitCount);
    }

    @Test
    void crossingALongRopeComputesEverythingAnew() {
        Rig rig = new Rig(32, 32, 4, 8, true, 6);
        Sequence s = Sequence.of(prompt(5), 20, false);
        rig.scheduler.add(s);
        rig.step();
        assertEquals(5, rig.batch.ropeLength[0]);
        s.append(1);
        rig.step();
        assertEquals(1, rig.batch.tokens);
        s.append(2);
        rig.step();
        assertEquals(7, rig.batch.tokens);
        assertEquals(7, rig.batch.ropeLength[0]);
        s.append(3);
        rig.step();
        assertEquals(1, rig.batch.tokens, "once is enough");
        assertEquals(8, rig.batch.ropeLength[0]);
    }

    @Test
    void withoutChunkingAPromptWaitsForAStepThatTakesItWhole() {
        Rig rig = new Rig(32, 8, 4, 8, false, 0);
        Sequence first = Sequence.of(prompt(5), 9, false);
        Sequence second = Sequence.of(prompt(6), 9, false);
        rig.scheduler.add(first);
        rig.scheduler.add(second);
        rig.step();
        assertEquals(1, rig.step.count());
        rig.step();
        assertEquals(second, rig.step.sequence(0));
        assertEquals(6, rig.batch.tokens);
    }

    @Test
    void slotsFollowTheBlockTable() {
        Rig rig = Rig.of(32, 32);
        Sequence s = Sequence.of(prompt(6), 9, false);
        rig.scheduler.add(s);
        rig.step();
        int[] table = rig.batch.blockTable;
        assertArrayEquals(
                new int[] {
                    table[0] * BLOCK,
                    table[0] * BLOCK + 1,
                    table[0] * BLOCK + 2,
                    table[0] * BLOCK + 3,
                    table[1] * BLOCK,
                    table[1] * BLOCK + 1
                },
                rig.slots());
    }

    @Test
    void finishingTwiceDoesNothing() {
        Rig rig = Rig.of(8, 8);
        Sequence s = Sequence.of(prompt(3), 9, false);
        rig.scheduler.add(s);
        rig.step();
        rig.scheduler.finish(s);
        rig.scheduler.finish(s);
        assertEquals(8, rig.pool.free());
        assertEquals(0, rig.scheduler.running());
    }
}
