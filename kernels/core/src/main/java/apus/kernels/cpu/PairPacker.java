package apus.kernels.cpu;

import apus.format.DType;
import apus.format.PairTiled;
import apus.format.QuadTiled;
import apus.format.Tiled;
import apus.format.Weight;
import apus.kernels.cpu.tile.PairTiler;
import apus.kernels.cpu.tile.QuadTiler;
import java.lang.foreign.Arena;

/** Lays matrices out for matrix tiles on all workers. */
final class PairPacker {
    private final Workers workers;
    private final Arena arena;

    // The matrix under way.
    private Weight from;
    private DType type;
    private Weight to;
    private final Workers.Body pack = this::pack;
    private final Workers.Body turn = this::turn;

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

    /**
     * A matrix of integers with its columns in fours, in the same memory; or itself, if it is of
     * another form.
     *
     * @param w not to be used afterwards
     */
    Weight quads(Weight w) {
        if (!QuadTiled.takes(w)) {
            return w;
        }
        Tiled tiled = (Tiled) w.format();
        from = w;
        workers.run(turn);
        return new Weight(
                w.name(),
                new QuadTiled(tiled.code(), tiled.tileRows()),
                w.rows(),
                w.cols(),
                w.data(),
                w.scales(),
                w.zeros(),
                w.order());
    }

    private void turn(int worker, int of) {
        int tiles = ((Tiled) from.format()).tiles(from.rows());
        for (int tile = workers.claim(); tile < tiles; tile = workers.claim()) {
            QuadTiler.turn(from, tile);
        }
    }

    private void pack(int worker, int of) {
        int groups = PairTiled.groups(from.rows());
        for (int group = workers.claim(); group < groups; group = workers.claim()) {
            PairTiler.fill(from, type, to, group);
        }
    }
}
