package apus.kernels.tornado;

import apus.format.spec.Act;
import apus.format.spec.Attention;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * One layer, its weights in the device's memory. See {@link apus.format.spec.Layer}.
 *
 * @param qkv queries, keys and values, on top of each other where their formats allow it
 * @param sinks f32[heads]; not read where the shape has none
 */
record DeviceLayer(
        DeviceNorm attnNorm,
        List<DeviceMatrix> qkv,
        DeviceMatrix o,
        Attention shape,
        DeviceNorm qNorm,
        DeviceNorm kNorm,
        FloatArray sinks,
        DeviceNorm postAttn,
        DeviceNorm ffnNorm,
        Wide ffn,
        DeviceNorm postFfn,
        float residual,
        boolean parallel) {

    /** Every matrix that all tokens are multiplied with. */
    List<DeviceMatrix> matrices() {
        List<DeviceMatrix> all = new ArrayList<>(qkv);
        all.add(o);
        all.addAll(ffn.matrices());
        return all;
    }

    /** The feed-forward half. */
    sealed interface Wide {
        /** Those that all tokens are multiplied with. */
        List<DeviceMatrix> matrices();

        /** Width of its middle. */
        int width();
    }

    /**
     * See {@link apus.format.spec.Gated}.
     *
     * @param gateUp gate and up on top of each other, in one part; or each for itself
     */
    record Gate(List<DeviceMatrix> gateUp, DeviceMatrix down, Act act, float limit)
            implements Wide {
        @Override
        public int width() {
            return down.cols();
        }

        @Override
        public List<DeviceMatrix> matrices() {
            List<DeviceMatrix> all = new ArrayList<>(gateUp);
            all.add(down);
            return all;
        }

        /** Whether one kernel makes both. */
        boolean fused() {
            return gateUp.size() == 1;
        }
    }

    /**
     * See {@link apus.format.spec.Experts}.
     *
     * @param gateUp gate and up of each expert on top of each other, expert after expert, in one
     *     part
     * @param down of each expert, in one part
     */
    record Mixture(
            DeviceMatrix router,
            DeviceMatrix gateUp,
            DeviceMatrix down,
            int experts,
            int topK,
            boolean renormalise,
            Act act,
            float limit)
            implements Wide {
        @Override
        public int width() {
            return down.cols();
        }

        @Override
        public List<DeviceMatrix> matrices() {
            return List.of(router);
        }
    }

    /** See {@link apus.format.spec.Mlp}. */
    record Perceptron(DeviceMatrix up, DeviceMatrix down, Act act) implements Wide {
        @Override
        public int width() {
            return down.cols();
        }

        @Override
        public List<DeviceMatrix> matrices() {
            return List.of(up, down);
        }
    }
}
