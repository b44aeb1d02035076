package apus.kernels.cpu;

import apus.format.DType;
import apus.format.PairTiled;
import apus.format.Weight;
import apus.kernels.cpu.tile.PairTiler;
import java.lang.foreign.Arena;

/** Lays plain matrices out in {@link PairTiled} form on all workers. */
final class PairPacker {
    private final Workers workers;
    private final Arena arena;

    // The matrix under way.
    private Weight from;
    private DType type;
    private Weight to;
    private final Workers.Body pack = this::pack;

    /**
     * @param arena owns what is made
     */
    PairPacker(Workers workers, Arena arena) {
        this.workers = workers;
        this.arena = arena;
    }

    /**
     * The same matrix.
     *
     * @param w plain, of numbers of the type; not needed afterwards
     */
    Weight pack(Weight w, DType numbers) {
        from = w;
        type = numbers;
        to = PairTiler.empty(w, numbers, arena);
        workers.run(pack);
        return to;
    }

    private void pack(int worker, int of) {
        int groups = PairTiled.groups(from.rows());
        for (int group = workers.claim(); group < groups; group = workers.claim()) {
            PairTiler.fill(from, type, to, group);
        }
    }
}
