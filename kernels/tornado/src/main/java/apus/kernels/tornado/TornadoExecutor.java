package apus.kernels.tornado;

import apus.format.checkpoint.Checkpoint;
import apus.format.spec.ModelSpec;
import apus.kernels.Batch;
import apus.kernels.DeviceException;
import apus.kernels.DeviceMemory;
import apus.kernels.Executor;
import apus.kernels.ExecutorInfo;
import apus.kernels.ExecutorOptions;
import apus.kernels.KvShape;
import apus.kernels.Logits;
import apus.kernels.tornado.loops.Bf16;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Walks the model once for each of several numbers of tokens and keeps the task graphs; a step
 * takes the smallest that it fits into. A pass is one graph, from token ids to the last layer; the
 * head is another, for each of several numbers of logit rows.
 */
final class TornadoExecutor implements Executor {
    private static final System.Logger LOG = System.getLogger(TornadoExecutor.class.getName());

    /** An array's header, in floats, and some. */
    private static final int ARRAY_SLACK = 64;

    private final ModelSpec spec;
    private final ExecutorOptions options;
    private final Target target;
    private final HostArrays host = new HostArrays();
    private final WeightLoader loader;
    private final DeviceModel model;
    private final Activations activations;
    private final RopeAngles ropes;
    private final Operations ops;
    private final Buckets tokens;
    private final Buckets rows;
    private final ExecutorInfo info;
    private final long bytes;
    private final List<StepInput> inputs = new ArrayList<>();
    private final List<IntArray> logitRows = new ArrayList<>();
    private final List<DeviceLogits> logits = new ArrayList<>();
    private final int mostTasks;
    private final boolean cudaGraphs;
    private int segmentsPerPass;
    private Plans plans;

    TornadoExecutor(Checkpoint checkpoint, ExecutorOptions options, Target target, Tuning tuning) {
        this.spec = checkpoint.spec();
        this.options = options;
        this.target = target;
        this.tokens = Buckets.upTo(options.maxTokensPerStep(), tuning.buckets());
        this.rows = Buckets.upTo(options.maxLogitRows(), tuning.buckets());
        this.mostTasks = tuning.mostTasks();
        this.cudaGraphs = tuning.cudaGraphs();
        this.ropes = new RopeAngles(spec);
        try {
            this.loader =
                    new WeightLoader(
                            checkpoint,
                            options.quantization(),
                            host,
                            tuning.maxElements(),
                            target.device().getMaxAllocMemory());
            this.model = DeviceModel.of(checkpoint, loader);
            this.activations =
                    new Activations(
                            model,
                            spec.hidden(),
                            tokens.most(),
                            rows.most(),
                            tuning.tensorParts(),
                            host);
            this.ops =
                    operations(target, tuning, loader.uploaded(Bf16.powers()), activations.tensor);
            long workspace = activations.bytes() + headBytes();
            this.bytes = loader.bytes() + workspace;
            checkFits(0);
            this.info =
                    new ExecutorInfo(
                            "tornado",
                            target.name() + " (" + target.driver() + "), " + ops.description(),
                            1,
                            kvBytesPerToken(),
                            workspace,
                            loader.quantizationError(),
                            Optional.of(
                                    new DeviceMemory(
                                            target.budget(), loader.bytes(), maxCacheTokens())));
        } catch (RuntimeException | Error e) {
            host.close();
            throw e;
        }
    }

    /** Work groups pay on a GPU; a CPU runs the threads of one after the other. */
    private static Operations operations(
            Target target, Tuning tuning, FloatArray powers, Optional<TensorProducts> tensor) {
        boolean groups = tuning.groups().orElse(target.isGpu());
        boolean cuda = target.backend() == TornadoVMBackendType.CUDA;
        if (tensor.isPresent() && !(groups && cuda)) {
            throw new DeviceException(
                    Tuning.TENSOR_CORES
                            + " asks for tensor cores, which kernels with work groups on the CUDA"
                            + " backend of TornadoVM reach; this is "
                            + target.driver()
                            + (groups ? "" : ", with plain loops"));
        }
        return groups
                ? new GroupOperations(powers, cuda, tuning.grid(), tensor)
                : new LoopOperations(powers);
    }

    private long headBytes() {
        long sum = 0;
        for (int size : rows.sizes()) {
            sum += 4L * size * spec.vocab();
        }
        return sum;
    }

    /** Keys of a layer are one array, which lies in one allocation. */
    private long maxCacheTokens() {
        long floats =
                Math.min(
                        Tuning.MAX_ELEMENTS,
                        target.device().getMaxAllocMemory() / Float.BYTES - ARRAY_SLACK);
        return spec.layers().stream()
                .mapToLong(l -> floats / ((long) l.attn().kvHeads() * l.attn().headDim()))
                .min()
                .orElse(Long.MAX_VALUE);
    }

    private long kvBytesPerToken() {
        return spec.layers().stream()
                .mapToLong(l -> 2L * l.attn().kvHeads() * l.attn().headDim() * Float.BYTES)
                .sum();
    }

    private void checkFits(long cache) {
        if (bytes + cache > target.budget()) {
            throw new DeviceException(
                    target.name()
                            + ": weights of "
                            + mib(loader.bytes())
                            + ", activations of "
                            + mib(bytes - loader.bytes())
                            + " and a key/value cache of "
                            + mib(cache)
                            + " do not fit into "
                            + mib(target.budget())
                            + " of device memory; TornadoVM takes as much as -Dtornado.device.memory"
                            + " says, 4GB where it says nothing");
        }
    }

    private static String mib(long n) {
        return (n >> 20) + " MiB";
    }

    @Override
    public ExecutorInfo info() {
        return info;
    }

    @Override
    public void allocateKv(KvShape shape) {
        if (plans != null) {
            throw new IllegalStateException("the key/value cache is allocated already");
        }
        long cacheTokens = (long) shape.blocks() * shape.blockSize();
        checkFits(cacheTokens * kvBytesPerToken());
        if (cacheTokens > maxCacheTokens()) {
            throw new DeviceException(
                    target.name()
                            + ": a key/value cache of "
                            + cacheTokens
                            + " tokens, but an array of this device holds those of "
                            + maxCacheTokens());
        }
        List<Operations.Cache> caches = new ArrayList<>();
        spec.layers()
                .forEach(layer -> {
                    long n = cacheTokens * layer.attn().kvHeads() * layer.attn().headDim();
                    if (n > Integer.MAX_VALUE - 64) {
                        throw new DeviceException(
                                "a key/value cache of "
                                        + cacheTokens
                                        + " tokens is longer than an array of a layer can be");
                    }
                    FloatArray keys = host.onDevice((int) n);
                    FloatArray values = host.onDevice((int) n);
                    caches.add(new Operations.Cache(keys, values, shape.blockSize()));
                });
        GridScheduler grids = new GridScheduler();
        List<GraphDraft> drafts = drafts(caches, shape.blockSize(), grids);
        List<TaskGraph> loads =
                new LoadWriter(loader.uploads(), host).write(drafts, activations.x, grids);
        plans = new Plans(target, loads, drafts, activations.x, grids, cudaGraphs);
        LOG.log(
                System.Logger.Level.INFO,
                () ->
                        target.name()
                                + ": "
                                + mib(loader.bytes())
                                + " of weights, "
                                + mib(bytes - loader.bytes())
                                + " of activations, a cache of "
                                + mib(cacheTokens * kvBytesPerToken())
                                + ", of "
                                + mib(target.budget())
                                + "; compiling "
                                + drafts.size()
                                + " graphs");
        plans.warm();
        host.uploaded();
    }

    /** Passes, then heads. */
    private List<GraphDraft> drafts(
            List<Operations.Cache> caches, int blockSize, GridScheduler grids) {
        PassWriter writer = new PassWriter(spec, model, activations, caches, ropes, ops, mostTasks);
        List<GraphDraft> drafts = new ArrayList<>();
        int tableLength = Math.ceilDiv(options.maxContext(), blockSize);
        for (int n : tokens.sizes()) {
            StepInput in = new StepInput(n, options.maxSequences(), tableLength, blockSize, ropes);
            List<GraphDraft> segments =
                    writer.writePass(
                            i -> new GraphDraft("pass" + n + (i == 0 ? "" : "s" + i), i, grids),
                            in);
            inputs.add(in);
            drafts.addAll(segments);
            segmentsPerPass = segments.size();
        }
        for (int n : rows.sizes()) {
            IntArray wanted = new IntArray(n);
            DeviceLogits out = new DeviceLogits(n, spec.vocab());
            GraphDraft draft = new GraphDraft("head" + n, 0, grids);
            writer.writeHead(draft, wanted, out.array(), n);
            logitRows.add(wanted);
            logits.add(out);
            drafts.add(draft);
        }
        return drafts;
    }

    @Override
    public Logits forward(Batch batch) {
        assert plans != null : "allocateKv comes first";
        assert batch.tokens > 0 && batch.seqStart[batch.sequences] == batch.tokens;
        int pass = tokens.of(batch.tokens);
        inputs.get(pass).fill(batch);
        for (int i = 0; i < segmentsPerPass; i++) {
            plans.run(pass * segmentsPerPass + i);
        }
        if (batch.logitCount == 0) {
            return logits.getFirst().of(0);
        }
        int head = rows.of(batch.logitCount);
        IntArray wanted = logitRows.get(head);
        for (int i = 0; i < wanted.getSize(); i++) {
            wanted.set(i, i < batch.logitCount ? batch.logitRows[i] : 0);
        }
        plans.run(inputs.size() * segmentsPerPass + head);
        return logits.get(head).of(batch.logitCount);
    }

    @Override
    public void close() {
        if (plans != null) {
            plans.close();
            plans = null;
        }
        host.close();
    }
}
