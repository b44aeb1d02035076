package apus.kernels.tornado;

import apus.format.checkpoint.Checkpoint;
import apus.kernels.Batch;
import apus.kernels.Executor;
import apus.kernels.ExecutorInfo;
import apus.kernels.ExecutorOptions;
import apus.kernels.KvShape;
import apus.kernels.Logits;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Executors that outlive the tests that open them, one for each model: compiling takes seconds. A
 * test thus finds keys of others in the cache, which must not matter.
 */
final class OpenedOnce implements AutoCloseable {
    private final Map<Path, Kept> kept = new HashMap<>();
    private final Tuning tuning;

    /**
     * @param groups whether by the kernels with work groups
     * @param tensorParts see {@link Tuning}
     */
    OpenedOnce(boolean groups, int tensorParts) {
        // Three plans: one token, a few, and the most.
        this.tuning =
                new Tuning(
                        "1,8",
                        Optional.of(groups),
                        Grid.DEFAULT,
                        tensorParts,
                        Tuning.MAX_ELEMENTS,
                        GraphDraft.MOST_TASKS,
                        true);
    }

    /** Of a model, always with the same options but for threads. */
    Executor open(Checkpoint checkpoint, ExecutorOptions options) {
        return kept.computeIfAbsent(
                checkpoint.directory(),
                _ -> new Kept(new TornadoExecutor(checkpoint, options, Targets.chosen(), tuning)));
    }

    @Override
    public void close() {
        kept.values().forEach(k -> k.executor.close());
        kept.clear();
    }

    private static final class Kept implements Executor {
        private final Executor executor;
        private KvShape shape;

        Kept(Executor executor) {
            this.executor = executor;
        }

        @Override
        public ExecutorInfo info() {
            return executor.info();
        }

        @Override
        public void allocateKv(KvShape wanted) {
            if (shape == null) {
                executor.allocateKv(wanted);
                shape = wanted;
            } else if (!shape.equals(wanted)) {
                throw new IllegalArgumentException("opened with " + shape);
            }
        }

        @Override
        public Logits forward(Batch batch) {
            return executor.forward(batch);
        }

        @Override
        public void close() {}
    }
}
