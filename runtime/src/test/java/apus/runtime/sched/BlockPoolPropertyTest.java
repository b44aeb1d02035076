package apus.runtime.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Whatever is taken, shared and released: no block has two owners, and none is lost. */
class BlockPoolPropertyTest {
    @Property
    void blocksAreNeitherLostNorGivenTwice(
            @ForAll long seed, @ForAll @IntRange(min = 2, max = 40) int blocks) {
        Random random = new Random(seed);
        BlockPool pool = new BlockPool(blocks);
        List<Integer> held = new ArrayList<>(); // one entry per user
        for (int i = 0; i < 400; i++) {
            int what = random.nextInt(3);
            if (what == 0 && pool.free() > 0) {
                int block = pool.take();
                assertTrue(block > 0 && block < blocks, "the null block is nobody's");
                assertTrue(!held.contains(block), "block " + block + " is in use");
                held.add(block);
            } else if (what == 1) {
                // A block in use, or one that was freed but is still remembered.
                int block = 1 + random.nextInt(blocks - 1);
                pool.touch(block);
                held.add(block);
            } else if (!held.isEmpty()) {
                int block = held.remove(/* index */ random.nextInt(held.size()));
                assertEquals(!held.contains(block), pool.release(block));
            }
            assertEquals(blocks - 1 - new HashSet<>(held).size(), pool.free());
        }
        held.forEach(pool::release);
        assertEquals(pool.usable(), pool.free());
        HashSet<Integer> all = new HashSet<>();
        while (pool.free() > 0) {
            all.add(pool.take());
        }
        assertEquals(blocks - 1, all.size());
    }
}
