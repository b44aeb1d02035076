package apus.runtime;

import apus.format.checkpoint.Checkpoint;
import apus.kernels.Batch;
import apus.kernels.Device;
import apus.kernels.DeviceMemory;
import apus.kernels.Executor;
import apus.kernels.ExecutorInfo;
import apus.kernels.ExecutorOptions;
import apus.kernels.ExecutorProvider;
import apus.kernels.KvShape;
import apus.kernels.Logits;
import apus.kernels.Support;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** A backend for a device that does not exist: the CPU's kernels, under another name. */
final class FakeProvider implements ExecutorProvider {
    static final String NAME = "fake";

    Supplier<Support> support = () -> new Support.Yes(100);
    Supplier<List<Device>> devices = () -> List.of(new Device("Fake 1", "driver 2", 1L << 40));
    Optional<DeviceMemory> memory = Optional.of(new DeviceMemory(1L << 34, 0, Long.MAX_VALUE));

    /** Added to the first logit of every row. */
    volatile float lie;

    /** Thrown by every step once it is set. */
    volatile RuntimeException failure;

    int opened;
    volatile boolean closed;
    volatile KvShape kv;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Support supports(Checkpoint checkpoint) {
        return support.get();
    }

    @Override
    public List<Device> devices() {
        return devices.get();
    }

    @Override
    public Executor open(Checkpoint checkpoint, ExecutorOptions options) {
        opened++;
        return new Delegate(cpu().open(checkpoint, options));
    }

    /** The CPU's, as the service loader finds it. */
    static ExecutorProvider cpu() {
        return Backends.onClassPath().providers().stream()
                .filter(p -> p.name().equals("cpu"))
                .findFirst()
                .orElseThrow();
    }

    private final class Delegate implements Executor {
        private final Executor cpu;

        Delegate(Executor cpu) {
            this.cpu = cpu;
        }

        @Override
        public ExecutorInfo info() {
            ExecutorInfo i = cpu.info();
            return new ExecutorInfo(
                    NAME,
                    "Fake 1",
                    i.threads(),
                    i.kvBytesPerToken(),
                    i.workspaceBytes(),
                    i.quantizationError(),
                    memory);
        }

        @Override
        public void allocateKv(KvShape shape) {
            kv = shape;
            cpu.allocateKv(shape);
        }

        @Override
        public Logits forward(Batch batch) {
            if (failure != null) {
                throw failure;
            }
            Logits logits = cpu.forward(batch);
            for (int i = 0; i < logits.rows(); i++) {
                MemorySegment row = logits.row(i);
                row.set(ValueLayout.JAVA_FLOAT, 0, row.get(ValueLayout.JAVA_FLOAT, 0) + lie);
            }
            return logits;
        }

        @Override
        public void close() {
            closed = true;
            cpu.close();
        }
    }
}
