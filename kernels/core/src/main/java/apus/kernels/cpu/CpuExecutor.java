package apus.kernels.cpu;

import apus.format.checkpoint.Checkpoint;
import apus.format.spec.Attention;
import apus.format.spec.ModelSpec;
import apus.format.spec.Position;
import apus.format.spec.Rope;
import apus.kernels.Batch;
import apus.kernels.Executor;
import apus.kernels.ExecutorInfo;
import apus.kernels.ExecutorOptions;
import apus.kernels.KvShape;
import apus.kernels.Logits;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Walks the plan operation by operation. Each is cut into items that the workers take one by one
 * (see {@link RowWork} and {@link AttentionStep}); no cut changes the order in which any one output
 * is summed.
 */
final class CpuExecutor implements Executor {
    private final ModelSpec spec;
    private final Plan plan;
    private final CpuKernels kernels;
    private final Norms norms;
    private final Workers workers;
    private final Workspace ws;
    private final RowWork work;
    private final FeedForward feedForward;
    private final RopeTable[] ropes;
    private final RopeTable[] ropeOfLayer;
    private final ExecutorInfo info;
    private final Arena arena = Arena.ofShared();
    private final int maxTokens;
    private KvCache kv;
    private AttentionStep attention;

    // The step under way; read by the bodies below.
    private Batch batch;
    private int layer;
    private int tasks;

    private final Workers.Body embed = this::embed;
    private final Workers.Body project = this::project;
    private final Workers.Body placeKeys = this::placeKeys;
    private final Workers.Body attend = this::attend;
    private final Workers.Body arrangeAttended = this::arrangeAttended;
    private final Workers.Body output = this::output;
    private final Workers.Body betweenHalves = this::betweenHalves;
    private final Workers.Body endOfLayer = this::endOfLayer;
    private final Workers.Body prepareHead = this::prepareHead;
    private final Workers.Body head = this::head;

    CpuExecutor(Checkpoint checkpoint, ExecutorOptions options, CpuKernels kernels, String why) {
        this.spec = checkpoint.spec();
        this.kernels = kernels;
        this.norms = new Norms(kernels);
        this.workers = new Workers(options.threads());
        Packing packing =
                new Packing(kernels, kernels.tileRows(), options.quantization(), workers, arena);
        this.plan = plan(checkpoint, packing);
        this.ws = new Workspace(spec, plan, options, kernels, arena);
        this.maxTokens = options.maxTokensPerStep();
        Map<Rope, RopeTable> tables = new HashMap<>();
        this.ropeOfLayer =
                plan.blocks().stream()
                        .map(b -> ropeTable(b.shape().position(), tables))
                        .toArray(RopeTable[]::new);
        this.ropes = tables.values().toArray(RopeTable[]::new);
        this.work = new RowWork(kernels, workers, ws);
        this.feedForward = new FeedForward(kernels, workers, ws, work, spec.hidden());
        long kvBytes = plan.blocks().stream().mapToLong(b -> 2L * b.k().out() * Float.BYTES).sum();
        String device =
                kernels.description()
                        + ", "
                        + options.threads()
                        + (options.threads() == 1 ? " thread" : " threads")
                        + (why.isEmpty() ? "" : " (" + why + ")");
        this.info =
                new ExecutorInfo(
                        "cpu", device, options.threads(), kvBytes, ws.mostBytes(), packing.error());
    }

    /** Frees everything if it fails: nobody else could. */
    private Plan plan(Checkpoint checkpoint, Packing packing) {
        try {
            return Plan.of(checkpoint, arena, ref -> packing.read(checkpoint, ref));
        } catch (RuntimeException | Error e) {
            workers.close();
            arena.close();
            kernels.release();
            throw e;
        }
    }

    /** Null for layers that turn nothing. */
    private RopeTable ropeTable(Position position, Map<Rope, RopeTable> tables) {
        return switch (position) {
            case Rope rope -> tables.computeIfAbsent(rope, r -> new RopeTable(r, maxTokens, arena));
            case Position.None() -> null;
        };
    }

    @Override
    public ExecutorInfo info() {
        return info;
    }

    @Override
    public void allocateKv(KvShape shape) {
        if (kv != null) {
            throw new IllegalStateException("the key/value cache is allocated already");
        }
        kv = KvCache.allocate(shape, plan.blocks(), arena);
        int headDim = plan.blocks().stream().mapToInt(b -> b.shape().headDim()).max().orElse(1);
        attention = new AttentionStep(kernels, kv, headDim, info.threads(), maxTokens, arena);
    }

    @Override
    public Logits forward(Batch step) {
        return forward(step, plan.blocks().size());
    }

    @Override
    public void warmUp(Duration atMost) {
        work.limit(1);
        try {
            new WarmUp(maxTokens, kv.shape().blockSize()).run(b -> forward(b, 1), atMost);
        } finally {
            work.limit(Integer.MAX_VALUE);
        }
    }

    private Logits forward(Batch step, int layers) {
        assert kv != null : "allocateKv comes first";
        assert step.tokens > 0 && step.seqStart[step.sequences] == step.tokens;
        batch = step;
        ws.reserve(step.tokens, Math.max(1, step.logitCount));
        attention.reset();
        for (RopeTable rope : ropes) {
            rope.fill(step);
        }
        work.byTokens(embed, step.tokens);
        for (layer = 0; layer < layers; layer++) {
            Plan.Block block = plan.blocks().get(layer);
            workers.run(project);
            work.byTokens(placeKeys, step.tokens);
            attention.plan(step, block.shape());
            tasks = attention.count(block.shape());
            workers.run(attend);
            work.byTokens(arrangeAttended, step.tokens);
            workers.run(output);
            work.byTokens(betweenHalves, step.tokens);
            feedForward.run(block.ffn(), step.tokens);
            work.byTokens(endOfLayer, step.tokens);
        }
        if (step.logitCount > 0) {
            work.byTokens(prepareHead, step.logitCount);
            workers.run(head);
        }
        return ws.logits(step.logitCount);
    }

    private void embed(int worker, int of) {
        int hidden = spec.hidden();
        Plan.Block first = plan.blocks().getFirst();
        for (int from = work.claimTokens(); from < batch.tokens; from = work.claimTokens()) {
            int to = work.groupEnd(from, batch.tokens);
            for (int t = from; t < to; t++) {
                long at = at(t, hidden);
                kernels.row(plan.embed(), batch.tokenIds[t], ws.x, at);
                if (plan.embedScale() != 1) {
                    kernels.scale(ws.x, at, plan.embedScale(), hidden);
                }
                if (!plan.positions().isEmpty()) {
                    kernels.row(plan.positions().getFirst(), batch.positions[t], ws.h, at);
                    kernels.add(ws.x, at, ws.h, at, hidden);
                }
                norms.applyOrCopy(first.attnNorm(), ws.x, at, hidden, ws.h, at);
            }
            work.arrange(ws.h, batch.tokens, from, to, first);
        }
    }

    private void project(int worker, int of) {
        Plan.Block block = plan.blocks().get(layer);
        int k = work.items(block.q(), batch.tokens);
        int v = k + work.items(block.k(), batch.tokens);
        int end = v + work.items(block.v(), batch.tokens);
        for (int i = workers.claim(); i < end; i = workers.claim()) {
            if (i < k) {
                work.item(block.q(), ws.h, batch.tokens, ws.q, i, worker);
            } else if (i < v) {
                work.item(block.k(), ws.h, batch.tokens, ws.k, i - k, worker);
            } else {
                work.item(block.v(), ws.h, batch.tokens, ws.v, i - v, worker);
            }
        }
    }

    private void placeKeys(int worker, int of) {
        Plan.Block block = plan.blocks().get(layer);
        Attention a = block.shape();
        RopeTable rope = ropeOfLayer[layer];
        for (int from = work.claimTokens(); from < batch.tokens; from = work.claimTokens()) {
            for (int t = from; t < work.groupEnd(from, batch.tokens); t++) {
                long queries = at(t, block.q().out());
                norms.heads(block.qNorm(), ws.q, queries, a.heads(), a.headDim());
                turn(rope, t, ws.q, queries, a.heads(), a.headDim());
                long keys = at(t, block.k().out());
                norms.heads(block.kNorm(), ws.k, keys, a.kvHeads(), a.headDim());
                turn(rope, t, ws.k, keys, a.kvHeads(), a.headDim());
                for (int i = 0; i < a.kvHeads(); i++) {
                    long k = keys + (long) i * a.headDim();
                    kv.put(layer, batch.slots[t], i, a.kvHeads(), a.headDim(), ws.k, ws.v, k);
                }
            }
        }
    }

    private void turn(RopeTable rope, int token, MemorySegment x, long at, int heads, int headDim) {
        if (rope == null) {
            return;
        }
        long angle = at(token, rope.half());
        for (int i = 0; i < heads; i++) {
            kernels.rope(x, at + (long) i * headDim, rope.half(), rope.cos(), rope.sin(), angle);
        }
    }

    private void attend(int worker, int of) {
        Plan.Block block = plan.blocks().get(layer);
        for (int i = workers.claim(); i < tasks; i = workers.claim()) {
            attention.run(i, worker, batch, layer, block.shape(), block.sinks(), ws.q, ws.attended);
        }
    }

    private void arrangeAttended(int worker, int of) {
        Plan.Matrix o = plan.blocks().get(layer).o();
        for (int from = work.claimTokens(); from < batch.tokens; from = work.claimTokens()) {
            int to = work.groupEnd(from, batch.tokens);
            work.arrange(ws.attended, batch.tokens, from, to, o);
        }
    }

    private void output(int worker, int of) {
        work.product(plan.blocks().get(layer).o(), ws.attended, batch.tokens, ws.h, worker);
    }

    private void betweenHalves(int worker, int of) {
        Plan.Block block = plan.blocks().get(layer);
        int hidden = spec.hidden();
        for (int from = work.claimTokens(); from < batch.tokens; from = work.claimTokens()) {
            int to = work.groupEnd(from, batch.tokens);
            for (int t = from; t < to; t++) {
                long at = at(t, hidden);
                if (block.parallel()) {
                    // The second half reads x as the first one did.
                    norms.applyOrCopy(block.ffnNorm(), ws.x, at, hidden, ws.aside, at);
                    addHalf(block.postAttn(), block.residual(), at);
                    MemorySegment.copy(ws.aside, at * 4, ws.h, at * 4, hidden * 4L);
                } else {
                    addHalf(block.postAttn(), block.residual(), at);
                    norms.applyOrCopy(block.ffnNorm(), ws.x, at, hidden, ws.h, at);
                }
            }
            feedForward.arrange(block.ffn(), ws.h, batch.tokens, from, to);
        }
    }

    private void endOfLayer(int worker, int of) {
        Plan.Block block = plan.blocks().get(layer);
        boolean last = layer + 1 == plan.blocks().size();
        int hidden = spec.hidden();
        for (int from = work.claimTokens(); from < batch.tokens; from = work.claimTokens()) {
            int to = work.groupEnd(from, batch.tokens);
            for (int t = from; t < to; t++) {
                addHalf(block.postFfn(), block.residual(), at(t, hidden));
            }
            if (!last) {
                Plan.Block next = plan.blocks().get(layer + 1);
                for (int t = from; t < to; t++) {
                    long at = at(t, hidden);
                    norms.applyOrCopy(next.attnNorm(), ws.x, at, hidden, ws.h, at);
                }
                work.arrange(ws.h, batch.tokens, from, to, next);
            }
        }
    }

    /** x += residual * post(h), for one token. */
    private void addHalf(Plan.Norming post, float residual, long at) {
        int hidden = spec.hidden();
        norms.apply(post, ws.h, at, hidden, ws.h, at);
        if (residual == 1) {
            kernels.add(ws.x, at, ws.h, at, hidden);
        } else {
            kernels.addScaled(ws.x, at, residual, ws.h, at, hidden);
        }
    }

    private void prepareHead(int worker, int of) {
        int hidden = spec.hidden();
        for (int from = work.claimTokens(); from < batch.logitCount; from = work.claimTokens()) {
            int to = work.groupEnd(from, batch.logitCount);
            for (int i = from; i < to; i++) {
                long x = at(batch.logitRows[i], hidden);
                norms.applyOrCopy(plan.finalNorm(), ws.x, x, hidden, ws.last, at(i, hidden));
            }
            work.arrange(ws.last, batch.logitCount, from, to, plan.head());
        }
    }

    private void head(int worker, int of) {
        int vocab = spec.vocab();
        int end = work.items(plan.head(), batch.logitCount);
        for (int item = workers.claim(); item < end; item = workers.claim()) {
            work.item(plan.head(), ws.last, batch.logitCount, ws.logits, item, worker);
            int from = work.firstRow(plan.head(), item, batch.logitCount);
            int n = work.rowEnd(plan.head(), item, batch.logitCount) - from;
            for (int i = 0; i < batch.logitCount; i++) {
                long at = at(i, vocab) + from;
                if (plan.headScale() != 1) {
                    kernels.scale(ws.logits, at, plan.headScale(), n);
                }
                if (plan.headSoftcap() != 0) {
                    kernels.softcap(ws.logits, at, plan.headSoftcap(), n);
                }
            }
        }
    }

    private static long at(int row, int width) {
        return (long) row * width;
    }

    @Override
    public void close() {
        workers.close();
        if (arena.scope().isAlive()) {
            ws.close();
            arena.close();
            kernels.release();
        }
    }
}
