package apus.kernels.cpu;

import apus.kernels.cpu.CpuKernels.Layout;
import java.lang.foreign.MemorySegment;

/**
 * Matrix products and per-token work of a step, cut into items that workers take one by one: groups
 * of weight rows, so that each worker streams its own part of the weights, and groups of tokens.
 */
final class RowWork {
    private final CpuKernels kernels;
    private final Workers workers;
    private final Workspace ws;
    private int mostItems = Integer.MAX_VALUE;

    RowWork(CpuKernels kernels, Workers workers, Workspace ws) {
        this.kernels = kernels;
        this.workers = workers;
        this.ws = ws;
    }

    /** Runs a body that claims groups of tokens. A few tokens' own work is too small to share. */
    void byTokens(Workers.Body body, int tokens) {
        if (tokens <= kernels.tokenGroup()) {
            workers.alone(body);
        } else {
            workers.run(body);
        }
    }

    /**
     * First token of the next group to work on; as many as there are or more when all are taken.
     */
    int claimTokens() {
        return workers.claim() * kernels.tokenGroup();
    }

    /** Token after the last of a group. */
    int groupEnd(int first, int tokens) {
        return Math.min(tokens, first + kernels.tokenGroup());
    }

    /** From now on, products end after so many items and leave the other outputs as they were. */
    void limit(int items) {
        mostItems = items;
    }

    /** Items of a product. */
    int items(Plan.Matrix m, int tokens) {
        int rows = kernels.rowGroup(m.weight(), tokens);
        return Math.min(mostItems, (m.out() + rows - 1) / rows);
    }

    /** First row of an item. */
    int firstRow(Plan.Matrix m, int item, int tokens) {
        return item * kernels.rowGroup(m.weight(), tokens);
    }

    /** Row after the last of an item. */
    int rowEnd(Plan.Matrix m, int item, int tokens) {
        return Math.min(m.out(), (item + 1) * kernels.rowGroup(m.weight(), tokens));
    }

    /** Claims items of one product until none is left. */
    void product(Plan.Matrix m, MemorySegment x, int tokens, MemorySegment y, int worker) {
        int end = items(m, tokens);
        for (int i = workers.claim(); i < end; i = workers.claim()) {
            item(m, x, tokens, y, i, worker);
        }
    }

    /**
     * One item of a product.
     *
     * @param x f32[tokens][cols]; its arranged form is read where the kernels want one
     */
    void item(Plan.Matrix m, MemorySegment x, int tokens, MemorySegment y, int item, int worker) {
        int from = firstRow(m, item, tokens);
        rows(m, x, tokens, y, from, rowEnd(m, item, tokens), worker);
    }

    /** Some rows of a product, for items that cover the same rows of several. */
    void rows(
            Plan.Matrix m,
            MemorySegment x,
            int tokens,
            MemorySegment y,
            int from,
            int to,
            int worker) {
        Layout layout = layout(m);
        MemorySegment input = layout == Layout.ROWS ? x : ws.arranged(layout);
        long scratch = worker * ws.scratchStride;
        kernels.matmul(input, tokens, m.weight(), m.bias(), from, to, y, ws.scratch, scratch);
    }

    /** Lays out some tokens of an input for the product it goes into. */
    void arrange(MemorySegment x, int tokens, int from, int to, Plan.Matrix m) {
        Layout layout = layout(m);
        if (layout != Layout.ROWS) {
            int cols = m.weight().cols();
            kernels.arrange(layout, x, tokens, cols, from, to, ws.arranged(layout));
        }
    }

    /** For two products, whose weights may be stored in different formats. */
    void arrange(MemorySegment x, int tokens, int from, int to, Plan.Matrix m, Plan.Matrix n) {
        arrange(x, tokens, from, to, m);
        if (layout(n) != layout(m)) {
            arrange(x, tokens, from, to, n);
        }
    }

    /** For queries, keys and values. */
    void arrange(MemorySegment x, int tokens, int from, int to, Plan.Block block) {
        arrange(x, tokens, from, to, block.q(), block.k());
        if (layout(block.v()) != layout(block.q()) && layout(block.v()) != layout(block.k())) {
            arrange(x, tokens, from, to, block.v());
        }
    }

    private Layout layout(Plan.Matrix m) {
        return kernels.layout(m.weight());
    }
}
