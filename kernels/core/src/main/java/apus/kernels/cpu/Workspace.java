package apus.kernels.cpu;

import apus.format.spec.ModelSpec;
import apus.kernels.ExecutorOptions;
import apus.kernels.Logits;
import apus.kernels.cpu.CpuKernels.Layout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Every activation buffer of an executor, all f32 and native. Buffers are made for the steps that
 * come, doubling up to the largest step allowed: a model with a large vocabulary would otherwise
 * spend hundreds of megabytes, and the time to clear them, on steps it may never see.
 */
final class Workspace implements AutoCloseable {
    /** [tokens][hidden] the residual stream */
    MemorySegment x;

    /** [tokens][hidden] normed input of a sublayer, then its output */
    MemorySegment h;

    /** [tokens][widest heads * headDim] */
    MemorySegment q;

    /** [tokens][widest kvHeads * headDim] */
    MemorySegment k;

    /** [tokens][widest kvHeads * headDim] */
    MemorySegment v;

    /** [tokens][widest heads * headDim] what attention gives */
    MemorySegment attended;

    /** [tokens][widest intermediate] */
    MemorySegment gate;

    /** [tokens][widest intermediate] */
    MemorySegment up;

    /** [tokens][hidden] the other half's input, where halves stand in parallel; else empty */
    MemorySegment aside;

    /** Where there are experts; else null. */
    Routing routing;

    /** the input of a product, arranged; empty where unused */
    private MemorySegment whole;

    private MemorySegment paired;

    private MemorySegment steps;

    private MemorySegment pairs;

    private MemorySegment quads;

    /** [logit rows][hidden] */
    MemorySegment last;

    /** [logit rows][vocab] */
    MemorySegment logits;

    /** [threads][scratchStride] for products */
    final MemorySegment scratch;

    final long scratchStride;

    private final int hidden;
    private final int vocab;
    private final int queryWidth;
    private final int keyWidth;
    private final int wide;
    private final boolean usesWhole;
    private final boolean usesPaired;
    private final boolean usesSteps;
    private final boolean usesPairs;
    private final boolean usesQuads;
    private final boolean parallel;
    private final int experts;
    private final int topK;
    private final CpuKernels kernels;
    private final ExecutorOptions options;

    private int tokenCapacity;
    private int logitCapacity;
    private Arena tokenArena;
    private Arena logitArena;
    private Rows rows;

    Workspace(ModelSpec spec, Plan plan, ExecutorOptions options, CpuKernels kernels, Arena arena) {
        this.options = options;
        this.hidden = spec.hidden();
        this.vocab = spec.vocab();
        this.kernels = kernels;
        int widestQuery = 0;
        int widestKey = 0;
        int widest = 0;
        boolean anyParallel = false;
        int mostExperts = 0;
        int mostChosen = 0;
        for (Plan.Block block : plan.blocks()) {
            widestQuery = Math.max(widestQuery, block.q().out());
            widestKey = Math.max(widestKey, block.k().out());
            widest = Math.max(widest, block.ffn().width());
            anyParallel |= block.parallel();
            if (block.ffn() instanceof Plan.Mixture mixture) {
                mostExperts = Math.max(mostExperts, mixture.experts().size());
                mostChosen = Math.max(mostChosen, mixture.topK());
            }
        }
        queryWidth = widestQuery;
        keyWidth = widestKey;
        wide = widest;
        parallel = anyParallel;
        experts = mostExperts;
        topK = mostChosen;
        long floats = 0;
        boolean anyWhole = false;
        boolean anyPaired = false;
        boolean anySteps = false;
        boolean anyPairs = false;
        boolean anyQuads = false;
        for (Plan.Matrix m : plan.matrices()) {
            floats = Math.max(floats, kernels.matmulScratch(m.weight()));
            anyWhole |= kernels.layout(m.weight()) == Layout.WHOLE;
            anyPaired |= kernels.layout(m.weight()) == Layout.PAIRED;
            anySteps |= kernels.layout(m.weight()) == Layout.STEPS;
            anyPairs |= kernels.layout(m.weight()) == Layout.PAIRS;
            anyQuads |= kernels.layout(m.weight()) == Layout.QUADS;
        }
        usesWhole = anyWhole;
        usesPaired = anyPaired;
        usesSteps = anySteps;
        usesPairs = anyPairs;
        usesQuads = anyQuads;
        // A cache line apart, so that threads do not write to each other's.
        scratchStride = (floats + 31) / 16 * 16;
        scratch = arena.allocate(scratchStride * options.threads() * Float.BYTES, 64);
    }

    /** Makes room for a step. Buffers lose their content only when they grow. */
    void reserve(int tokens, int logitRows) {
        if (tokens > tokenCapacity) {
            growTokens(grown(tokens, tokenCapacity, options.maxTokensPerStep()));
        }
        if (logitRows > logitCapacity) {
            growLogits(grown(logitRows, logitCapacity, options.maxLogitRows()));
        }
    }

    private static int grown(int wanted, int now, int most) {
        assert wanted <= most : wanted + " of " + most;
        return Math.min(most, Math.max(wanted, 2 * now));
    }

    private void growTokens(int capacity) {
        if (tokenArena != null) {
            tokenArena.close();
        }
        tokenArena = Arena.ofShared();
        tokenCapacity = capacity;
        x = floats(tokenArena, capacity, hidden);
        h = floats(tokenArena, capacity, hidden);
        q = floats(tokenArena, capacity, queryWidth);
        k = floats(tokenArena, capacity, keyWidth);
        v = floats(tokenArena, capacity, keyWidth);
        attended = floats(tokenArena, capacity, queryWidth);
        gate = floats(tokenArena, capacity, wide);
        up = floats(tokenArena, capacity, wide);
        aside = floats(tokenArena, parallel ? capacity : 0, hidden);
        routing = experts == 0 ? null : routing(capacity);
        long input = kernels.arrangedFloats(capacity, widestInput());
        whole = floats(tokenArena, usesWhole ? 1 : 0, input);
        paired = floats(tokenArena, usesPaired ? 1 : 0, input);
        steps = floats(tokenArena, usesSteps ? 1 : 0, input);
        pairs = floats(tokenArena, usesPairs ? 1 : 0, input);
        quads = floats(tokenArena, usesQuads ? 1 : 0, input);
    }

    private Routing routing(int tokens) {
        return new Routing(
                experts,
                topK,
                tokens,
                floats(tokenArena, tokens, experts),
                floats(tokenArena, tokens, hidden),
                floats(tokenArena, tokens, hidden),
                floats(tokenArena, tokens, hidden));
    }

    private void growLogits(int capacity) {
        if (logitArena != null) {
            logitArena.close();
        }
        logitArena = Arena.ofShared();
        logitCapacity = capacity;
        last = floats(logitArena, capacity, hidden);
        logits = floats(logitArena, capacity, vocab);
        rows = new Rows(logits, vocab);
    }

    private int widestInput() {
        return Math.max(wide, Math.max(hidden, queryWidth));
    }

    private static MemorySegment floats(Arena arena, long rows, long cols) {
        return arena.allocate(rows * cols * Float.BYTES, 64);
    }

    /** Where the input of a product stands in a layout other than rows. */
    MemorySegment arranged(Layout layout) {
        return switch (layout) {
            case ROWS -> throw new IllegalArgumentException("rows are not arranged");
            case WHOLE -> whole;
            case PAIRED -> paired;
            case STEPS -> steps;
            case PAIRS -> pairs;
            case QUADS -> quads;
        };
    }

    /** The logits of a step as seen by the caller; one object, reused. */
    Logits logits(int count) {
        rows.count = count;
        return rows;
    }

    /** Bytes that the largest step will have made it allocate. */
    long mostBytes() {
        long perToken = 2L * hidden + 2L * queryWidth + 2L * keyWidth + 2L * wide;
        perToken += parallel ? hidden : 0;
        perToken += experts == 0 ? 0 : experts + 3L * hidden;
        int copies =
                (usesWhole ? 1 : 0)
                        + (usesPaired ? 1 : 0)
                        + (usesSteps ? 1 : 0)
                        + (usesPairs ? 1 : 0)
                        + (usesQuads ? 1 : 0);
        long floats =
                options.maxTokensPerStep() * perToken
                        + kernels.arrangedFloats(options.maxTokensPerStep(), widestInput()) * copies
                        + (long) options.maxLogitRows() * (hidden + vocab);
        return floats * Float.BYTES + scratch.byteSize();
    }

    @Override
    public void close() {
        if (tokenArena != null) {
            tokenArena.close();
        }
        if (logitArena != null) {
            logitArena.close();
        }
    }

    private static final class Rows implements Logits {
        private final MemorySegment[] rows;
        private final int vocab;
        private int count;

        Rows(MemorySegment logits, int vocab) {
            this.vocab = vocab;
            long bytes = (long) vocab * Float.BYTES;
            rows = new MemorySegment[(int) (logits.byteSize() / bytes)];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = logits.asSlice(i * bytes, bytes);
            }
        }

        @Override
        public int rows() {
            return count;
        }

        @Override
        public int vocab() {
            return vocab;
        }

        @Override
        public MemorySegment row(int i) {
            assert i < count : i + " of " + count;
            return rows[i];
        }
    }
}
