package apus.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

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
import java.util.HashMap;
import java.util.Map;

/**
 * Walks the plan operation by operation. Matrix products are split by weight rows over the workers,
 * so that each streams its own part of the weights; work that belongs to a token is split by
 * tokens; attention by heads. No split changes the order in which any one output is summed.
 */
final class CpuExecutor implements Executor {
    /** Rows are dealt out in groups, or two workers would write to one cache line. */
    private static final int ROW_GROUP = 16;

    private final ModelSpec spec;
    private final Plan plan;
    private final CpuKernels kernels;
    private final Workers workers;
    private final Workspace ws;
    private final Workspace.Rows rows;
    private final RopeTable[] ropes;
    private final RopeTable[] ropeOfLayer;
    private final ExecutorInfo info;
    private final Arena arena = Arena.ofShared();
    private KvCache kv;

    // The step under way; read by the bodies below.
    private Batch batch;
    private int layer;

    // The feed-forward part under way: of the layer, or of one of its experts.
    private Plan.Wide ffn;
    private MemorySegment ffnInput;
    private MemorySegment ffnOutput;
    private int ffnTokens;
    private final int[] sequenceOf;

    private final Workers.Body embed = this::embed;
    private final Workers.Body project = this::project;
    private final Workers.Body placeKeys = this::placeKeys;
    private final Workers.Body attend = this::attend;
    private final Workers.Body output = this::output;
    private final Workers.Body betweenHalves = this::betweenHalves;
    private final Workers.Body score = this::score;
    private final Workers.Body route = this::route;
    private final Workers.Body widen = this::widen;
    private final Workers.Body narrow = this::narrow;
    private final Workers.Body endOfLayer = this::endOfLayer;
    private final Workers.Body head = this::head;

    CpuExecutor(Checkpoint checkpoint, ExecutorOptions options, CpuKernels kernels, String why) {
        this.spec = checkpoint.spec();
        this.kernels = kernels;
        this.plan = Plan.of(checkpoint, arena);
        this.ws = new Workspace(spec, plan, options, arena);
        this.rows = ws.new Rows();
        this.sequenceOf = new int[options.maxTokensPerStep()];
        Map<Rope, RopeTable> tables = new HashMap<>();
        this.ropeOfLayer =
                plan.blocks().stream()
                        .map(b ->
                                switch (b.shape().position()) {
                                    case Rope rope ->
                                            tables.computeIfAbsent(
                                                    rope,
                                                    r ->
                                                            new RopeTable(
                                                                    r,
                                                                    options.maxTokensPerStep(),
                                                                    arena));
                                    case Position.None() -> null;
                                })
                        .toArray(RopeTable[]::new);
        this.ropes = tables.values().toArray(RopeTable[]::new);
        this.workers = new Workers(options.threads());
        long kvBytes = plan.blocks().stream().mapToLong(b -> 2L * b.k().out() * Float.BYTES).sum();
        String device =
                kernels.description()
                        + ", "
                        + options.threads()
                        + (options.threads() == 1 ? " thread" : " threads")
                        + (why.isEmpty() ? "" : " (" + why + ")");
        this.info = new ExecutorInfo("cpu", device, options.threads(), kvBytes, ws.bytes());
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
    }

    @Override
    public Logits forward(Batch step) {
        assert kv != null : "allocateKv comes first";
        assert step.tokens > 0 && step.seqStart[step.sequences] == step.tokens;
        batch = step;
        for (int s = 0; s < step.sequences; s++) {
            for (int t = step.seqStart[s]; t < step.seqStart[s + 1]; t++) {
                sequenceOf[t] = s;
            }
        }
        for (RopeTable rope : ropes) {
            rope.fill(step);
        }
        byTokens(embed);
        for (layer = 0; layer < plan.blocks().size(); layer++) {
            workers.run(project);
            byTokens(placeKeys);
            workers.run(attend);
            workers.run(output);
            byTokens(betweenHalves);
            feedForward(plan.blocks().get(layer).ffn());
            byTokens(endOfLayer);
        }
        if (step.logitCount > 0) {
            for (int i = 0; i < step.logitCount; i++) {
                normOrCopy(
                        plan.finalNorm(),
                        ws.x,
                        at(step.logitRows[i], spec.hidden()),
                        spec.hidden(),
                        ws.last,
                        at(i, spec.hidden()));
            }
            workers.run(head);
        }
        return rows.of(step.logitCount);
    }

    /** A token's own work is too small to share when there is one token. */
    private void byTokens(Workers.Body body) {
        if (batch.tokens == 1) {
            body.run(0, 1);
        } else {
            workers.run(body);
        }
    }

    private void embed(int worker, int of) {
        int hidden = spec.hidden();
        for (int t = first(worker, of); t < first(worker + 1, of); t++) {
            kernels.row(plan.embed(), batch.tokenIds[t], ws.x, at(t, hidden));
            if (plan.embedScale() != 1) {
                kernels.scale(ws.x, at(t, hidden), plan.embedScale(), hidden);
            }
            if (!plan.positions().isEmpty()) {
                kernels.row(plan.positions().getFirst(), batch.positions[t], ws.h, at(t, hidden));
                kernels.add(ws.x, at(t, hidden), ws.h, at(t, hidden), hidden);
            }
            normOrCopy(
                    plan.blocks().getFirst().attnNorm(),
                    ws.x,
                    at(t, hidden),
                    hidden,
                    ws.h,
                    at(t, hidden));
        }
    }

    private void project(int worker, int of) {
        Plan.Block block = plan.blocks().get(layer);
        matmul(block.q(), ws.h, batch.tokens, ws.q, worker, of);
        matmul(block.k(), ws.h, batch.tokens, ws.k, worker, of);
        matmul(block.v(), ws.h, batch.tokens, ws.v, worker, of);
    }

    private void placeKeys(int worker, int of) {
        Plan.Block block = plan.blocks().get(layer);
        Attention a = block.shape();
        RopeTable rope = ropeOfLayer[layer];
        for (int t = first(worker, of); t < first(worker + 1, of); t++) {
            long queries = at(t, block.q().out());
            normHeads(block.qNorm(), ws.q, queries, a.heads(), a.headDim());
            turn(rope, t, ws.q, queries, a.heads(), a.headDim());
            long keys = at(t, block.k().out());
            normHeads(block.kNorm(), ws.k, keys, a.kvHeads(), a.headDim());
            turn(rope, t, ws.k, keys, a.kvHeads(), a.headDim());
            int slot = batch.slots[t];
            int blockSize = kv.shape().blockSize();
            for (int i = 0; i < a.kvHeads(); i++) {
                long k = keys + (long) i * a.headDim();
                long place = kv.at(slot / blockSize, slot % blockSize, i, a.kvHeads(), a.headDim());
                MemorySegment.copy(ws.k, k * 4, kv.keys()[layer], place * 4, a.headDim() * 4L);
                MemorySegment.copy(ws.v, k * 4, kv.values()[layer], place * 4, a.headDim() * 4L);
            }
        }
    }

    /** Norms each head, or all of them as one vector: the length of the weight says which. */
    private void normHeads(Plan.Norming norm, MemorySegment x, long at, int heads, int headDim) {
        int length = norm.length();
        for (long i = at; length > 0 && i < at + (long) heads * headDim; i += length) {
            norm(norm, x, i, length, x, i);
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
        Attention a = block.shape();
        int firstHead = Workers.share(a.heads(), worker, of);
        int lastHead = Workers.share(a.heads(), worker + 1, of);
        int group = a.heads() / a.kvHeads();
        for (int t = 0; t < batch.tokens; t++) {
            int to = batch.positions[t] + 1;
            int from = a.window() == 0 ? 0 : Math.max(0, to - a.window());
            for (int i = firstHead; i < lastHead; i++) {
                attend(block, a, t, i, i / group, from, to, worker);
            }
        }
    }

    private void attend(
            Plan.Block block,
            Attention a,
            int token,
            int head,
            int kvHead,
            int from,
            int to,
            int worker) {
        long q = at(token, block.q().out()) + (long) head * a.headDim();
        if (block.sinks().byteSize() == 0) {
            kernels.attention(
                    ws.q,
                    q,
                    kv.keys()[layer],
                    kv.values()[layer],
                    kvHead,
                    a.kvHeads(),
                    kv.shape().blockSize(),
                    a.headDim(),
                    batch.blockTable,
                    sequenceOf[token] * batch.blockStride,
                    from,
                    to,
                    a.scale(),
                    a.softcap(),
                    ws.scratch,
                    worker * ws.scratchStride,
                    ws.attended,
                    q);
        } else {
            kernels.attentionWithSink(
                    ws.q,
                    q,
                    kv.keys()[layer],
                    kv.values()[layer],
                    kvHead,
                    a.kvHeads(),
                    kv.shape().blockSize(),
                    a.headDim(),
                    batch.blockTable,
                    sequenceOf[token] * batch.blockStride,
                    from,
                    to,
                    a.scale(),
                    a.softcap(),
                    block.sinks().getAtIndex(JAVA_FLOAT, head),
                    ws.scratch,
                    worker * ws.scratchStride,
                    ws.attended,
                    q);
        }
    }

    private void output(int worker, int of) {
        matmul(plan.blocks().get(layer).o(), ws.attended, batch.tokens, ws.h, worker, of);
    }

    private void betweenHalves(int worker, int of) {
        Plan.Block block = plan.blocks().get(layer);
        int hidden = spec.hidden();
        for (int t = first(worker, of); t < first(worker + 1, of); t++) {
            long at = at(t, hidden);
            if (block.parallel()) {
                // The second half reads x as the first one did.
                normOrCopy(block.ffnNorm(), ws.x, at, hidden, ws.aside, at);
                addHalf(block.postAttn(), block.residual(), at);
                MemorySegment.copy(ws.aside, at * 4, ws.h, at * 4, hidden * 4L);
            } else {
                addHalf(block.postAttn(), block.residual(), at);
                normOrCopy(block.ffnNorm(), ws.x, at, hidden, ws.h, at);
            }
        }
    }

    private void feedForward(Plan.Wide wide) {
        switch (wide) {
            case Plan.Gate gate -> feedForward(gate, ws.h, ws.h, batch.tokens);
            case Plan.Perceptron mlp -> feedForward(mlp, ws.h, ws.h, batch.tokens);
            case Plan.Mixture mixture -> mix(mixture);
        }
    }

    private void feedForward(Plan.Wide part, MemorySegment x, MemorySegment y, int tokens) {
        ffn = part;
        ffnInput = x;
        ffnOutput = y;
        ffnTokens = tokens;
        workers.run(widen);
        workers.run(narrow);
    }

    /** Expert by expert, each with all its tokens, so that its weights are read once. */
    private void mix(Plan.Mixture mixture) {
        Routing routing = ws.routing;
        int hidden = spec.hidden();
        ffn = mixture;
        workers.run(score);
        byTokens(route);
        for (int e = 0; e < mixture.experts().size(); e++) {
            int count = routing.tokensOf(e, batch.tokens);
            if (count == 0) {
                continue;
            }
            for (int i = 0; i < count; i++) {
                long from = at(routing.tokens[i], hidden) * 4;
                MemorySegment.copy(ws.h, from, routing.gathered, at(i, hidden) * 4, hidden * 4L);
            }
            feedForward(mixture.experts().get(e), routing.gathered, routing.given, count);
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
        MemorySegment.copy(routing.sum, 0, ws.h, 0, at(batch.tokens, hidden) * 4);
    }

    private void score(int worker, int of) {
        matmul(((Plan.Mixture) ffn).router(), ws.h, batch.tokens, ws.routing.scores, worker, of);
    }

    private void route(int worker, int of) {
        int hidden = spec.hidden();
        for (int t = first(worker, of); t < first(worker + 1, of); t++) {
            ws.routing.choose(t, (Plan.Mixture) ffn);
            for (long i = at(t, hidden); i < at(t + 1, hidden); i++) {
                ws.routing.sum.setAtIndex(JAVA_FLOAT, i, 0);
            }
        }
    }

    private void widen(int worker, int of) {
        int wide = ffn.width();
        int from = firstRow(wide, worker, of);
        int to = firstRow(wide, worker + 1, of);
        // This worker's rows of all are complete after its products, nobody has to be waited for.
        switch (ffn) {
            case Plan.Gate gate -> {
                matmul(gate.gate(), ffnInput, ffnTokens, ws.gate, worker, of);
                matmul(gate.up(), ffnInput, ffnTokens, ws.up, worker, of);
                for (int t = 0; t < ffnTokens; t++) {
                    long at = at(t, wide) + from;
                    if (gate.limit() == 0) {
                        kernels.gated(gate.act(), ws.gate, at, ws.up, at, to - from);
                    } else {
                        kernels.gatedWithin(gate.limit(), ws.gate, at, ws.up, at, to - from);
                    }
                }
            }
            case Plan.Perceptron mlp -> {
                matmul(mlp.up(), ffnInput, ffnTokens, ws.gate, worker, of);
                for (int t = 0; t < ffnTokens; t++) {
                    kernels.activate(mlp.act(), ws.gate, at(t, wide) + from, to - from);
                }
            }
            case Plan.Mixture _ -> throw new AssertionError("an expert is not a mixture");
        }
    }

    private void narrow(int worker, int of) {
        Plan.Matrix down =
                switch (ffn) {
                    case Plan.Gate gate -> gate.down();
                    case Plan.Perceptron mlp -> mlp.down();
                    case Plan.Mixture _ -> throw new AssertionError("an expert is not a mixture");
                };
        matmul(down, ws.gate, ffnTokens, ffnOutput, worker, of);
    }

    private void endOfLayer(int worker, int of) {
        Plan.Block block = plan.blocks().get(layer);
        boolean lastLayer = layer + 1 == plan.blocks().size();
        int hidden = spec.hidden();
        for (int t = first(worker, of); t < first(worker + 1, of); t++) {
            long at = at(t, hidden);
            addHalf(block.postFfn(), block.residual(), at);
            if (!lastLayer) {
                normOrCopy(plan.blocks().get(layer + 1).attnNorm(), ws.x, at, hidden, ws.h, at);
            }
        }
    }

    /** x += residual * post(h), for one token. */
    private void addHalf(Plan.Norming post, float residual, long at) {
        int hidden = spec.hidden();
        norm(post, ws.h, at, hidden, ws.h, at);
        if (residual == 1) {
            kernels.add(ws.x, at, ws.h, at, hidden);
        } else {
            kernels.addScaled(ws.x, at, residual, ws.h, at, hidden);
        }
    }

    private void head(int worker, int of) {
        int vocab = spec.vocab();
        matmul(plan.head(), ws.last, batch.logitCount, ws.logits, worker, of);
        int from = firstRow(vocab, worker, of);
        int to = firstRow(vocab, worker + 1, of);
        for (int i = 0; i < batch.logitCount; i++) {
            if (plan.headScale() != 1) {
                kernels.scale(ws.logits, at(i, vocab) + from, plan.headScale(), to - from);
            }
            if (plan.headSoftcap() != 0) {
                kernels.softcap(ws.logits, at(i, vocab) + from, plan.headSoftcap(), to - from);
            }
        }
    }

    /** y = norm(x); no norm leaves y as it is. */
    private void norm(
            Plan.Norming norm, MemorySegment x, long xAt, int n, MemorySegment y, long yAt) {
        switch (norm) {
            case Plan.Norming.None() -> {}
            case Plan.Norming.ByRms rms ->
                    kernels.rmsNorm(x, xAt, rms.weight(), n, rms.eps(), rms.offset(), y, yAt);
            case Plan.Norming.ByLayer layerNorm ->
                    kernels.layerNorm(
                            x,
                            xAt,
                            layerNorm.weight(),
                            layerNorm.bias(),
                            n,
                            layerNorm.eps(),
                            y,
                            yAt);
        }
    }

    /** y = norm(x); no norm copies. */
    private void normOrCopy(
            Plan.Norming norm, MemorySegment x, long xAt, int n, MemorySegment y, long yAt) {
        if (norm.isNone()) {
            MemorySegment.copy(x, xAt * 4, y, yAt * 4, n * 4L);
        } else {
            norm(norm, x, xAt, n, y, yAt);
        }
    }

    private void matmul(
            Plan.Matrix m, MemorySegment x, int tokens, MemorySegment y, int worker, int of) {
        int from = firstRow(m.out(), worker, of);
        int to = firstRow(m.out(), worker + 1, of);
        if (from < to) {
            kernels.matmul(x, tokens, m.weight(), m.bias(), from, to, y);
        }
    }

    private int first(int worker, int of) {
        return Workers.share(batch.tokens, worker, of);
    }

    private static int firstRow(int rows, int worker, int of) {
        return worker == of ? rows : Workers.share(rows / ROW_GROUP, worker, of) * ROW_GROUP;
    }

    private static long at(int row, int width) {
        return (long) row * width;
    }

    @Override
    public void close() {
        workers.close();
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
