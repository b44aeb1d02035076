package apus.kernels.cpu;

import apus.format.checkpoint.Checkpoint;
import apus.format.spec.Attention;
import apus.format.spec.ModelSpec;
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
    private final int[] sequenceOf;

    private final Workers.Body embed = this::embed;
    private final Workers.Body project = this::project;
    private final Workers.Body placeKeys = this::placeKeys;
    private final Workers.Body attend = this::attend;
    private final Workers.Body output = this::output;
    private final Workers.Body betweenHalves = this::betweenHalves;
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
                                tables.computeIfAbsent(
                                        b.rope(),
                                        r -> new RopeTable(r, options.maxTokensPerStep(), arena)))
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
            workers.run(widen);
            workers.run(narrow);
            byTokens(endOfLayer);
        }
        if (step.logitCount > 0) {
            for (int i = 0; i < step.logitCount; i++) {
                norm(
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
            norm(
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
            long angle = at(t, rope.half());
            for (int i = 0; i < a.heads(); i++) {
                long q = at(t, block.q().out()) + (long) i * a.headDim();
                norm(block.qNorm(), ws.q, q, a.headDim(), ws.q, q);
                kernels.rope(ws.q, q, rope.half(), rope.cos(), rope.sin(), angle);
            }
            int slot = batch.slots[t];
            int blockSize = kv.shape().blockSize();
            for (int i = 0; i < a.kvHeads(); i++) {
                long k = at(t, block.k().out()) + (long) i * a.headDim();
                norm(block.kNorm(), ws.k, k, a.headDim(), ws.k, k);
                kernels.rope(ws.k, k, rope.half(), rope.cos(), rope.sin(), angle);
                long place = kv.at(slot / blockSize, slot % blockSize, i, a.kvHeads(), a.headDim());
                MemorySegment.copy(ws.k, k * 4, kv.keys()[layer], place * 4, a.headDim() * 4L);
                MemorySegment.copy(ws.v, k * 4, kv.values()[layer], place * 4, a.headDim() * 4L);
            }
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
                long q = at(t, block.q().out()) + (long) i * a.headDim();
                kernels.attention(
                        ws.q,
                        q,
                        kv.keys()[layer],
                        kv.values()[layer],
                        i / group,
                        a.kvHeads(),
                        kv.shape().blockSize(),
                        a.headDim(),
                        batch.blockTable,
                        sequenceOf[t] * batch.blockStride,
                        from,
                        to,
                        a.scale(),
                        a.softcap(),
                        ws.scratch,
                        worker * ws.scratchStride,
                        ws.attended,
                        q);
            }
        }
    }

    private void output(int worker, int of) {
        matmul(plan.blocks().get(layer).o(), ws.attended, batch.tokens, ws.h, worker, of);
    }

    private void betweenHalves(int worker, int of) {
        Plan.Block block = plan.blocks().get(layer);
        addAndNorm(block.postAttn(), block.ffnNorm(), worker, of);
    }

    private void widen(int worker, int of) {
        Plan.Block block = plan.blocks().get(layer);
        int wide = block.gate().out();
        matmul(block.gate(), ws.h, batch.tokens, ws.gate, worker, of);
        matmul(block.up(), ws.h, batch.tokens, ws.up, worker, of);
        // This worker's rows of both are complete, nobody has to be waited for.
        int from = firstRow(wide, worker, of);
        int to = firstRow(wide, worker + 1, of);
        for (int t = 0; t < batch.tokens; t++) {
            kernels.gated(
                    block.act(), ws.gate, at(t, wide) + from, ws.up, at(t, wide) + from, to - from);
        }
    }

    private void narrow(int worker, int of) {
        matmul(plan.blocks().get(layer).down(), ws.gate, batch.tokens, ws.h, worker, of);
    }

    private void endOfLayer(int worker, int of) {
        Plan.Rms next =
                layer + 1 < plan.blocks().size()
                        ? plan.blocks().get(layer + 1).attnNorm()
                        : Plan.Rms.NONE;
        addAndNorm(plan.blocks().get(layer).postFfn(), next, worker, of);
    }

    private void head(int worker, int of) {
        int vocab = spec.vocab();
        matmul(plan.head(), ws.last, batch.logitCount, ws.logits, worker, of);
        if (plan.headSoftcap() != 0) {
            int from = firstRow(vocab, worker, of);
            int to = firstRow(vocab, worker + 1, of);
            for (int i = 0; i < batch.logitCount; i++) {
                kernels.softcap(ws.logits, at(i, vocab) + from, plan.headSoftcap(), to - from);
            }
        }
    }

    /** x += post(h), then h = norm(x) for the half that follows. */
    private void addAndNorm(Plan.Rms post, Plan.Rms following, int worker, int of) {
        int hidden = spec.hidden();
        for (int t = first(worker, of); t < first(worker + 1, of); t++) {
            long at = at(t, hidden);
            norm(post, ws.h, at, hidden, ws.h, at);
            kernels.add(ws.x, at, ws.h, at, hidden);
            norm(following, ws.x, at, hidden, ws.h, at);
        }
    }

    private void norm(Plan.Rms rms, MemorySegment x, long xAt, int n, MemorySegment y, long yAt) {
        if (!rms.isNone()) {
            kernels.rmsNorm(x, xAt, rms.weight(), n, rms.eps(), rms.offset(), y, yAt);
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
