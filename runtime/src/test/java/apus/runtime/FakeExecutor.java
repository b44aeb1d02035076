package apus.runtime;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import apus.kernels.Batch;
import apus.kernels.Executor;
import apus.kernels.ExecutorInfo;
import apus.kernels.KvShape;
import apus.kernels.Logits;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A model that needs no weights: keeps the tokens in its "cache", slot by slot, and derives the
 * logits of a row from all tokens before it, read back through the block table. A scheduler that
 * mixes up blocks changes its answers.
 */
final class FakeExecutor implements Executor {
    private static final long START = 17;

    private final int vocab;
    private final Arena arena = Arena.ofShared();
    private int[] cache = new int[0];
    private int blockSize;
    private int steps;
    private boolean closed;

    /** Thrown by the step of this number; -1 = never. */
    volatile int failAt = -1;

    volatile RuntimeException failure = new IllegalStateException("made to fail");

    /** Positions a token sees, its own included; 0 = all. */
    volatile int window;

    /** Nanoseconds a step takes. */
    volatile long stepNanos;

    /** What steps wait for, 30 seconds at most. */
    volatile CountDownLatch gate = new CountDownLatch(0);

    FakeExecutor(int vocab) {
        this.vocab = vocab;
    }

    @Override
    public ExecutorInfo info() {
        return new ExecutorInfo("fake", "fake", 1, 4, 0, 0);
    }

    @Override
    public void allocateKv(KvShape shape) {
        cache = new int[shape.blocks() * shape.blockSize()];
        blockSize = shape.blockSize();
    }

    @Override
    public Logits forward(Batch batch) {
        if (steps++ == failAt) {
            throw failure;
        }
        try {
            if (!gate.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nobody opened the gate");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
        if (stepNanos > 0) {
            LockSupport.parkNanos(stepNanos);
        }
        for (int t = 0; t < batch.tokens; t++) {
            cache[batch.slots[t]] = batch.tokenIds[t] + 1;
        }
        MemorySegment[] rows = new MemorySegment[batch.logitCount];
        int row = 0;
        for (int s = 0; s < batch.sequences; s++) {
            for (int t = batch.seqStart[s]; t < batch.seqStart[s + 1]; t++) {
                if (row < batch.logitCount && batch.logitRows[row] == t) {
                    rows[row++] = logits(batch, s, batch.positions[t]);
                }
            }
        }
        return new Logits() {
            @Override
            public int rows() {
                return rows.length;
            }

            @Override
            public int vocab() {
                return vocab;
            }

            @Override
            public MemorySegment row(int i) {
                return rows[i];
            }
        };
    }

    /** What a model would say after these tokens. */
    static float[] logits(int vocab, int... tokens) {
        long hash = START;
        for (int token : tokens) {
            hash = mix(hash, token + 1);
        }
        float[] logits = new float[vocab];
        for (int i = 0; i < vocab; i++) {
            logits[i] = value(hash, i);
        }
        return logits;
    }

    private static long mix(long hash, int token) {
        long mixed = (hash ^ token) * 0x9E3779B97F4A7C15L;
        return mixed ^ (mixed >>> 29);
    }

    private MemorySegment logits(Batch batch, int s, int position) {
        long hash = START;
        for (int p = window == 0 ? 0 : Math.max(0, position - window + 1); p <= position; p++) {
            int block = batch.blockTable[s * batch.blockStride + p / blockSize];
            int token = cache[block * blockSize + p % blockSize];
            if (token == 0 || block == 0) {
                throw new AssertionError("position " + p + " was never computed");
            }
            hash = mix(hash, token);
        }
        return row(hash);
    }

    private MemorySegment row(long hash) {
        MemorySegment row = Arena.ofAuto().allocate(JAVA_FLOAT, vocab);
        for (int i = 0; i < vocab; i++) {
            row.setAtIndex(JAVA_FLOAT, i, value(hash, i));
        }
        return row;
    }

    private static float value(long hash, int i) {
        long mixed = (hash + i) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 31)) * 0x94D049BB133111EBL;
        return (mixed >>> 40) / (float) (1 << 24) * 6 - 3;
    }

    boolean closed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
        arena.close();
    }
}
