package apus.openai.http;

import apus.format.checkpoint.Checkpoint;
import apus.kernels.Batch;
import apus.kernels.Device;
import apus.kernels.DeviceException;
import apus.kernels.Executor;
import apus.kernels.ExecutorInfo;
import apus.kernels.ExecutorOptions;
import apus.kernels.ExecutorProvider;
import apus.kernels.KvShape;
import apus.kernels.Logits;
import apus.kernels.Support;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A backend whose device is lost when a test says so. Public for the service loader. */
public final class LosableDevice implements ExecutorProvider {
    static final String NAME = "losable";

    /** Steps stop here while it is set, until the device is lost. */
    static volatile CountDownLatch lost;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Support supports(Checkpoint checkpoint) {
        return new Support.Yes(1);
    }

    @Override
    public List<Device> devices() {
        return List.of(new Device("Losable 1", "driver 2", 1L << 40));
    }

    @Override
    public Executor open(Checkpoint checkpoint, ExecutorOptions options) {
        Executor cpu =
                ServiceLoader.load(ExecutorProvider.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .filter(p -> p.name().equals("cpu"))
                        .findFirst()
                        .orElseThrow()
                        .open(checkpoint, options);
        return new Executor() {
            @Override
            public ExecutorInfo info() {
                return cpu.info();
            }

            @Override
            public void allocateKv(KvShape shape) {
                cpu.allocateKv(shape);
            }

            @Override
            public Logits forward(Batch batch) {
                CountDownLatch latch = lost;
                if (latch == null) {
                    return cpu.forward(batch);
                }
                try {
                    // Whatever becomes of the test, the engine thread does not hang here for ever.
                    boolean _ = latch.await(20, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                throw new DeviceException("the device is lost");
            }

            @Override
            public void close() {
                cpu.close();
            }
        };
    }
}
