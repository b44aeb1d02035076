package apus.runtime.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.kernels.Batch;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Blocks behind a sliding window. */
final class WindowTest {
    private static final int BLOCK = 4;
    private static final int WINDOW = 8;
    private static final int TOKENS = 6;

    /** A step's tokens, the window before them, and one: 1 + 2 + 2. */
    private static final int MOST = 5;

    private final BlockPool pool = new BlockPool(MOST + 1 + 3);
    private final Scheduler scheduler =
            new Scheduler(pool, BLOCK, TOKENS, 4, 4, true, 0, WINDOW, false);
    private final Batch batch = new Batch(TOKENS, 4, 4, 64);
    private final Step step = new Step(4);

    private boolean step() {
        boolean work = scheduler.plan(batch, step);
        scheduler.commit(step);
        return work;
    }

    private static Sequence sequence(int prompt, int longest) {
        return Sequence.of(IntStream.range(0, prompt).toArray(), longest, false);
    }

    @Test
    void aSequenceLongerThanThePoolHoldsItsWindowOnly() {
        Sequence s = sequence(50, 200);
        assertTrue(scheduler.canEverRun(s));
        scheduler.add(s);
        int most = 0;
        for (int i = 0; i < 150; i++) {
            assertTrue(step());
            int held = pool.usable() - pool.free();
            most = Math.max(most, held);
            int first = batch.positions[0];
            for (int p = Math.max(0, first - WINDOW + 1); p < batch.contextLen[0]; p++) {
                assertTrue(batch.blockTable[p / BLOCK] != 0, "position " + p + " in step " + i);
            }
            if (step.reachedEnd(0) && s.length() < s.maxLength()) {
                s.append(1);
            }
        }
        assertTrue(s.length() > 50 + 100);
        assertTrue(most <= MOST, most + " blocks");
        assertEquals(0, batch.blockTable[0]);
        scheduler.finish(s);
        assertEquals(pool.usable(), pool.free());
    }

    @Test
    void admissionCountsTheWindowAndNotTheLength() {
        BlockPool small = new BlockPool(MOST); // one block too few
        Scheduler tight = new Scheduler(small, BLOCK, TOKENS, 4, 4, true, 0, WINDOW, true);
        assertFalse(tight.canEverRun(sequence(10, 100)));
        assertTrue(tight.canEverRun(sequence(10, 4 * BLOCK + 1)), "shorter than its window");
        assertEquals(MOST, Scheduler.mostBlocks(1000, BLOCK, WINDOW, TOKENS));
        assertEquals(250, Scheduler.mostBlocks(1000, BLOCK, 0, TOKENS));
        assertEquals(250, Scheduler.mostBlocks(1000, BLOCK, Integer.MAX_VALUE, TOKENS));
        scheduler.add(sequence(20, 100));
        scheduler.add(sequence(20, 100));
        step();
        assertEquals(1, scheduler.running(), "8 blocks are not twice 5");
    }

    @Test
    void aBlockThatTheElderLetsGoOfCountsForItsSibling() {
        BlockPool two = new BlockPool(2 * MOST + 1);
        Scheduler pair = new Scheduler(two, BLOCK, TOKENS, 4, 4, true, 0, WINDOW, true);
        Sequence elder = sequence(13, 100);
        Sequence sibling = elder.sibling();
        pair.add(elder);
        pair.add(sibling);
        boolean shared = false;
        for (int i = 0; i < 60; i++) {
            assertTrue(pair.plan(batch, step));
            pair.commit(step);
            shared |= sibling.blockCount > 1 && sibling.blocks[1] == elder.blocks[1];
            // The sibling stands still at first: it keeps what the elder leaves behind.
            if (elder.outstanding() == 0) {
                elder.append(7);
            }
            if (i > 30 && sibling.outstanding() == 0) {
                sibling.append(7);
            }
        }
        assertTrue(shared);
        assertTrue(elder.length() > 60 && sibling.length() > 35);
        pair.finish(elder);
        assertTrue(two.usable() - two.free() <= MOST);
        pair.finish(sibling);
        assertEquals(two.usable(), two.free());
        pair.add(sequence(13, 100));
        pair.add(sequence(13, 100));
        for (int i = 0; i < 3; i++) { // two steps take the first one's prompt alone
            pair.plan(batch, step);
            pair.commit(step);
        }
        assertEquals(2, pair.running(), "nothing stays promised");
    }

    @Test
    void aSiblingThatComesTooLateComputesThePromptItself() {
        Sequence elder = sequence(13, 100);
        Sequence sibling = elder.sibling();
        scheduler.add(elder);
        for (int i = 0; i < 20; i++) {
            step();
            if (step.reachedEnd(0)) {
                elder.append(1);
            }
        }
        scheduler.add(sibling);
        assertTrue(elder.firstBlock > 1);
        scheduler.finish(elder);
        step();
        assertEquals(0, batch.positions[0]);
        assertEquals(sibling, step.sequence(0));
    }

    @Test
    void aForkSeesWhatItComputesAgain() {
        BlockPool two = new BlockPool(2 * MOST + 1);
        Scheduler family = new Scheduler(two, BLOCK, TOKENS, 4, 4, true, 0, WINDOW, true);
        Sequence root = Sequence.family(new int[40], 100, false, 2);
        family.add(root);
        for (int i = 0; i < 30; i++) {
            family.plan(batch, step);
            family.commit(step);
            if (step.reachedEnd(0)) {
                root.append(1);
            }
        }
        for (int length = 0; length < 2 * BLOCK; length++) {
            Sequence fork = family.fork(root);
            root.append(1);
            fork.append(2);
            assertTrue(family.plan(batch, step));
            for (int k = 0; k < step.count(); k++) {
                int first = batch.positions[batch.seqStart[k]];
                int[] table =
                        Arrays.copyOfRange(
                                batch.blockTable,
                                k * batch.blockStride,
                                (k + 1) * batch.blockStride);
                for (int p = first - WINDOW + 1; p < batch.contextLen[k]; p++) {
                    assertTrue(table[p / BLOCK] != 0, "position " + p + " of " + k);
                }
            }
            family.commit(step);
            family.finish(root);
            root = fork;
        }
        family.finish(root);
        assertEquals(two.usable(), two.free());
    }
}
