package apus.kernels.cpu;

import apus.format.spec.Attention;
import apus.kernels.Batch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Cuts the attention of a step into tasks that workers take one by one: a few tokens of one
 * sequence times query heads that share a key/value head. Which rows come together changes what is
 * read together, never a sum.
 */
final class AttentionStep {
    private final CpuKernels kernels;
    private final KvCache kv;
    private final AttentionTask[] tasks;

    // The chunks of the step: up to tokensPerTask tokens of one sequence each.
    private final int[] sequence;
    private final int[] firstToken;
    private final int[] tokens;
    private int chunks;

    // How heads are shared out in the layer under way.
    private int headsPerTask;
    private int splits;
    private int tokensPerTask;

    /**
     * @param headDim the widest of all layers
     */
    AttentionStep(
            CpuKernels kernels, KvCache kv, int headDim, int workers, int maxTokens, Arena arena) {
        this.kernels = kernels;
        this.kv = kv;
        this.sequence = new int[maxTokens];
        this.firstToken = new int[maxTokens];
        this.tokens = new int[maxTokens];
        // A cache line apart, so that threads do not write to each other's.
        long floats = kernels.attentionScratch(headDim, kv.shape().blockSize());
        long stride = (floats + 31) / 16 * 16;
        MemorySegment scratch = arena.allocate(stride * workers * Float.BYTES, 64);
        this.tasks = new AttentionTask[workers];
        for (int i = 0; i < workers; i++) {
            tasks[i] = new AttentionTask();
            tasks[i].scratch = scratch;
            tasks[i].scratchOffset = i * stride;
            tasks[i].blockSize = kv.shape().blockSize();
        }
    }

    /** Prepares the tasks of a layer. */
    void plan(Batch batch, Attention a) {
        int group = a.heads() / a.kvHeads();
        int wanted = Math.max(1, AttentionTask.MAX_ROWS / group);
        if (tokensPerTask != wanted) {
            tokensPerTask = wanted;
            cut(batch);
        }
        // Few sequences with few key/value heads: the heads of a group are split, and each part
        // reads keys and values for itself.
        int parts = 1;
        while (group > AttentionTask.MAX_ROWS * parts
                || (parts < group && chunks * a.kvHeads() * parts < tasks.length)) {
            parts++;
        }
        headsPerTask = (group + parts - 1) / parts;
        splits = (group + headsPerTask - 1) / headsPerTask;
    }

    /** To be called before the first layer of a step. */
    void reset() {
        tokensPerTask = 0;
    }

    private void cut(Batch batch) {
        chunks = 0;
        for (int s = 0; s < batch.sequences; s++) {
            for (int t = batch.seqStart[s]; t < batch.seqStart[s + 1]; t += tokensPerTask) {
                sequence[chunks] = s;
                firstToken[chunks] = t;
                tokens[chunks] = Math.min(tokensPerTask, batch.seqStart[s + 1] - t);
                chunks++;
            }
        }
    }

    /** Number of tasks. */
    int count(Attention a) {
        return chunks * a.kvHeads() * splits;
    }

    /**
     * Does a task.
     *
     * @param index below {@link #count}
     * @param worker whose scratch to use
     * @param sinks f32[heads] or {@link MemorySegment#NULL}
     * @param q f32[tokens][heads * headDim]
     * @param out like q
     */
    void run(
            int index,
            int worker,
            Batch batch,
            int layer,
            Attention a,
            MemorySegment sinks,
            MemorySegment q,
            MemorySegment out) {
        // The last tokens of a prompt see most: they go first, so that nobody ends with a long one.
        int chunk = chunks - 1 - index / (a.kvHeads() * splits);
        int part = index % (a.kvHeads() * splits);
        int group = a.heads() / a.kvHeads();
        int headInGroup = part % splits * headsPerTask;
        AttentionTask task = tasks[worker];
        task.q = q;
        task.out = out;
        task.sinks = sinks;
        task.keys = kv.keys()[layer];
        task.values = kv.values()[layer];
        task.queryWidth = a.heads() * a.headDim();
        task.kvHeads = a.kvHeads();
        task.headDim = a.headDim();
        task.scale = a.scale();
        task.softcap = a.softcap();
        task.window = a.window();
        task.firstToken = firstToken[chunk];
        task.tokens = tokens[chunk];
        task.firstPosition = batch.positions[firstToken[chunk]];
        task.kvHead = part / splits;
        task.firstHead = task.kvHead * group + headInGroup;
        task.heads = Math.min(headsPerTask, group - headInGroup);
        task.blockTable = batch.blockTable;
        task.tableOffset = sequence[chunk] * batch.blockStride;
        kernels.attention(task);
    }
}
