package apus.kernels.tornado;

import apus.kernels.DeviceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Activations and the cache, all f32, in buffers that never leave the device. Those of activations
 * are as large as the largest step takes, and shared by the plans for all steps.
 */
final class Activations {
    /** [tokens][hidden] the residual stream */
    final FloatArray x;

    /** [tokens][hidden] a normed x, then what a half gives */
    final FloatArray h;

    /** [tokens][hidden] the other half's input, where halves stand in parallel */
    final FloatArray aside;

    /** [tokens][widest (heads + 2 kvHeads) * headDim] */
    final FloatArray qkv;

    /** [tokens][widest heads * headDim] what attention gives */
    final FloatArray attended;

    /** [tokens][widest intermediate], or of experts [tokens][topK][theirs] */
    final FloatArray gate;

    /** [tokens][most experts] what a router gives */
    final FloatArray scores;

    /** [tokens][largest topK] numbers of experts */
    final FloatArray chosen;

    /** [tokens][largest topK] softmax of their scores */
    final FloatArray shares;

    /** [tokens][largest topK][hidden] what each gives */
    final FloatArray given;

    /** [tokens][widest intermediate], where gate and up are products for themselves */
    final FloatArray up;

    /** [logit rows][hidden] */
    final FloatArray last;

    /** Inputs of a product on tensor cores, and its sums */
    final Optional<TensorProducts> tensor;

    private final List<TornadoNativeArray> all = new ArrayList<>();

    /**
     * @param tensorParts see {@link Tuning}
     */
    Activations(
            DeviceModel model,
            int hidden,
            int tokens,
            int logitRows,
            int tensorParts,
            HostArrays host) {
        int qkvWidth = 1;
        int attendedWidth = 1;
        int wide = 1;
        int experts = 0;
        int topK = 0;
        boolean parallel = false;
        boolean apart = false;
        for (DeviceLayer layer : model.layers()) {
            var a = layer.shape();
            qkvWidth = Math.max(qkvWidth, (a.heads() + 2 * a.kvHeads()) * a.headDim());
            attendedWidth = Math.max(attendedWidth, a.heads() * a.headDim());
            int each = layer.ffn().width();
            if (layer.ffn() instanceof DeviceLayer.Mixture mixture) {
                experts = Math.max(experts, mixture.experts());
                topK = Math.max(topK, mixture.topK());
                each = Math.multiplyExact(each, mixture.topK());
            }
            wide = Math.max(wide, each);
            parallel |= layer.parallel();
            apart |= layer.ffn() instanceof DeviceLayer.Gate gate && !gate.fused();
        }
        x = floats(host, tokens, hidden);
        h = floats(host, tokens, hidden);
        aside = floats(host, parallel ? tokens : 1, parallel ? hidden : 1);
        qkv = floats(host, tokens, qkvWidth);
        attended = floats(host, tokens, attendedWidth);
        gate = floats(host, tokens, wide);
        scores = floats(host, topK == 0 ? 1 : tokens, Math.max(1, experts));
        chosen = floats(host, topK == 0 ? 1 : tokens, Math.max(1, topK));
        shares = floats(host, topK == 0 ? 1 : tokens, Math.max(1, topK));
        given = floats(host, topK == 0 ? 1 : tokens, Math.max(1, Math.multiplyExact(topK, hidden)));
        up = floats(host, apart ? tokens : 1, apart ? wide : 1);
        last = floats(host, logitRows, hidden);
        tensor =
                tensorParts == 0
                        ? Optional.empty()
                        : Optional.of(tensor(model, tokens, logitRows, tensorParts, host));
    }

    private TensorProducts tensor(
            DeviceModel model, int tokens, int logitRows, int parts, HostArrays host) {
        DeviceMatrix head = model.head();
        long sums = TensorProducts.sumsOf(longest(head), logitRows);
        long inputs = (long) logitRows * head.cols() * parts;
        for (DeviceLayer layer : model.layers()) {
            for (DeviceMatrix w : layer.matrices()) {
                sums = Math.max(sums, TensorProducts.sumsOf(longest(w), tokens));
                inputs = Math.max(inputs, (long) tokens * w.cols() * parts);
            }
        }
        if (Math.max(sums, inputs) > Tuning.MAX_ELEMENTS) {
            throw new DeviceException(
                    "sums of "
                            + tokens
                            + " tokens on tensor cores are longer than an array can be; take fewer"
                            + " tokens in a step, or "
                            + Tuning.TENSOR_CORES
                            + "=off");
        }
        ShortArray bits = host.shortsOnDevice((int) inputs);
        all.add(bits);
        return new TensorProducts(bits, floats(host, 1, (int) sums), parts);
    }

    /** Rows of the longest part. */
    private static int longest(DeviceMatrix w) {
        return w.parts().stream().mapToInt(Numbers::rows).max().orElse(1);
    }

    private FloatArray floats(HostArrays host, int rows, int cols) {
        FloatArray array = host.onDevice(Math.multiplyExact(rows, cols));
        all.add(array);
        return array;
    }

    long bytes() {
        return all.stream().mapToLong(TornadoNativeArray::getNumBytesOfSegmentWithHeader).sum();
    }
}
