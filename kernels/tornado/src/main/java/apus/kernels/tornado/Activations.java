package apus.kernels.tornado;

import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

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

    /** [tokens][widest intermediate] */
    final FloatArray gate;

    /** [tokens][widest intermediate], where gate and up are products for themselves */
    final FloatArray up;

    /** [logit rows][hidden] */
    final FloatArray last;

    private final List<FloatArray> all = new ArrayList<>();

    Activations(DeviceModel model, int hidden, int tokens, int logitRows, HostArrays host) {
        int qkvWidth = 1;
        int attendedWidth = 1;
        int wide = 1;
        boolean parallel = false;
        boolean apart = false;
        for (DeviceLayer layer : model.layers()) {
            var a = layer.shape();
            qkvWidth = Math.max(qkvWidth, (a.heads() + 2 * a.kvHeads()) * a.headDim());
            attendedWidth = Math.max(attendedWidth, a.heads() * a.headDim());
            wide = Math.max(wide, layer.ffn().width());
            parallel |= layer.parallel();
            apart |= layer.ffn() instanceof DeviceLayer.Gate gate && !gate.fused();
        }
        x = floats(host, tokens, hidden);
        h = floats(host, tokens, hidden);
        aside = floats(host, parallel ? tokens : 1, parallel ? hidden : 1);
        qkv = floats(host, tokens, qkvWidth);
        attended = floats(host, tokens, attendedWidth);
        gate = floats(host, tokens, wide);
        up = floats(host, apart ? tokens : 1, apart ? wide : 1);
        last = floats(host, logitRows, hidden);
    }

    private FloatArray floats(HostArrays host, int rows, int cols) {
        FloatArray array = host.onDevice(Math.multiplyExact(rows, cols));
        all.add(array);
        return array;
    }

    long bytes() {
        return all.stream().mapToLong(FloatArray::getNumBytesOfSegmentWithHeader).sum();
    }
}
