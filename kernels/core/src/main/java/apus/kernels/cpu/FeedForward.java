package apus.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/** The feed-forward half of a layer: gated, plain, or a mixture of experts. Reads and writes h. */
final class FeedForward {
    private final CpuKernels kernels;
    private final Workers workers;
    private final Workspace ws;
    private final RowWork work;
    private final int hidden;

    // The part under way: of the layer, or of one of its experts.
    private Plan.Wide part;
    private MemorySegment input;
    private MemorySegment output;
    private int tokens;

    private final Workers.Body widen = this::widen;
    private final Workers.Body arrangeWide = this::arrangeWide;
    private final Workers.Body narrow = this::narrow;
    private final Workers.Body score = this::score;
    private final Workers.Body route = this::route;
    private final Workers.Body arrangeGathered = this::arrangeGathered;

    FeedForward(CpuKernels kernels, Workers workers, Workspace ws, RowWork work, int hidden) {
        this.kernels = kernels;
        this.workers = workers;
        this.ws = ws;
        this.work = work;
        this.hidden = hidden;
    }

    /** Lays out some tokens of h for the first products of this half. */
    void arrange(Plan.Wide ffn, MemorySegment x, int all, int from, int to) {
        switch (ffn) {
            case Plan.Gate gate -> work.arrange(x, all, from, to, gate.gate(), gate.up());
            case Plan.Perceptron mlp -> work.arrange(x, all, from, to, mlp.up());
            case Plan.Mixture mixture -> work.arrange(x, all, from, to, mixture.router());
        }
    }

    /** h = ffn(h), for as many tokens; h has been laid out. */
    void run(Plan.Wide ffn, int stepTokens) {
        switch (ffn) {
            case Plan.Gate gate -> run(gate, ws.h, ws.h, stepTokens);
            case Plan.Perceptron mlp -> run(mlp, ws.h, ws.h, stepTokens);
            case Plan.Mixture mixture -> mix(mixture, stepTokens);
        }
    }

    private void run(Plan.Wide ffn, MemorySegment x, MemorySegment y, int count) {
        part = ffn;
        input = x;
        output = y;
        tokens = count;
        workers.run(widen);
        work.byTokens(arrangeWide, count);
        workers.run(narrow);
    }

    /** Expert by expert, each with all its tokens, so that its weights are read once. */
    private void mix(Plan.Mixture mixture, int stepTokens) {
        Routing routing = ws.routing;
        part = mixture;
        tokens = stepTokens;
        workers.run(score);
        work.byTokens(route, stepTokens);
        for (int e = 0; e < mixture.experts().size(); e++) {
            int count = routing.tokensOf(e, stepTokens);
            if (count == 0) {
                continue;
            }
            for (int i = 0; i < count; i++) {
                long from = at(routing.tokens[i], hidden) * 4;
                MemorySegment.copy(ws.h, from, routing.gathered, at(i, hidden) * 4, hidden * 4L);
            }
            part = mixture.experts().get(e);
            tokens = count;
            work.byTokens(arrangeGathered, count);
            run(part, routing.gathered, routing.given, count);
            for (int i = 0; i < count; i++) {
                kernels.addScaled(
                        routing.sum,
                        at(routing.tokens[i], hidden),
                        routing.tokenWeights[i],
                        routing.given,
                        at(i, hidden),
                        hidden);
            }
        }
        MemorySegment.copy(routing.sum, 0, ws.h, 0, at(stepTokens, hidden) * 4);
    }

    private void score(int worker, int of) {
        work.product(((Plan.Mixture) part).router(), ws.h, tokens, ws.routing.scores, worker);
    }

    private void route(int worker, int of) {
        for (int from = work.claimTokens(); from < tokens; from = work.claimTokens()) {
            for (int t = from; t < work.groupEnd(from, tokens); t++) {
                ws.routing.choose(t, (Plan.Mixture) part);
                for (long i = at(t, hidden); i < at(t + 1, hidden); i++) {
                    ws.routing.sum.setAtIndex(JAVA_FLOAT, i, 0);
                }
            }
        }
    }

    private void arrangeGathered(int worker, int of) {
        for (int from = work.claimTokens(); from < tokens; from = work.claimTokens()) {
            arrange(part, ws.routing.gathered, tokens, from, work.groupEnd(from, tokens));
        }
    }

    // An item's rows of all products are complete before its activation: nobody is waited for.
    private void widen(int worker, int of) {
        int wide = part.width();
        Plan.Matrix up = up();
        int end = work.items(up, tokens);
        for (int i = workers.claim(); i < end; i = workers.claim()) {
            int from = work.firstRow(up, i, tokens);
            int to = work.rowEnd(up, i, tokens);
            int n = to - from;
            switch (part) {
                case Plan.Gate gate -> {
                    work.rows(gate.gate(), input, tokens, ws.gate, from, to, worker);
                    work.rows(up, input, tokens, ws.up, from, to, worker);
                    for (int t = 0; t < tokens; t++) {
                        activate(gate, at(t, wide) + from, n);
                    }
                }
                case Plan.Perceptron mlp -> {
                    work.rows(up, input, tokens, ws.gate, from, to, worker);
                    for (int t = 0; t < tokens; t++) {
                        long at = at(t, wide) + from;
                        kernels.activate(mlp.act(), ws.gate, at, ws.up, at, n);
                    }
                }
                case Plan.Mixture _ -> throw new AssertionError("an expert is not a mixture");
            }
        }
    }

    private void activate(Plan.Gate gate, long at, int n) {
        if (gate.limit() == 0) {
            kernels.gated(gate.act(), ws.gate, at, ws.up, at, n);
        } else {
            kernels.gatedWithin(gate.limit(), ws.gate, at, ws.up, at, n);
        }
    }

    private void arrangeWide(int worker, int of) {
        for (int from = work.claimTokens(); from < tokens; from = work.claimTokens()) {
            work.arrange(ws.gate, tokens, from, work.groupEnd(from, tokens), down());
        }
    }

    private void narrow(int worker, int of) {
        work.product(down(), ws.gate, tokens, output, worker);
    }

    private Plan.Matrix up() {
        return switch (part) {
            case Plan.Gate gate -> gate.up();
            case Plan.Perceptron mlp -> mlp.up();
            case Plan.Mixture _ -> throw new AssertionError("an expert is not a mixture");
        };
    }

    private Plan.Matrix down() {
        return switch (part) {
            case Plan.Gate gate -> gate.down();
            case Plan.Perceptron mlp -> mlp.down();
            case Plan.Mixture _ -> throw new AssertionError("an expert is not a mixture");
        };
    }

    private static long at(int row, int width) {
        return (long) row * width;
    }
}
