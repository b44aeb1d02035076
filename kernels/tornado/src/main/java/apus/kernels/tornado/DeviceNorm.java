package apus.kernels.tornado;

import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** A norm whose weights are in the device's memory. */
sealed interface DeviceNorm {
    /** How many numbers it norms together; 0 if there is no norm. */
    int length();

    default boolean isNone() {
        return length() == 0;
    }

    /** Nothing here. */
    record None() implements DeviceNorm {
        @Override
        public int length() {
            return 0;
        }
    }

    /** See {@link apus.format.spec.Rms}. */
    record ByRms(int length, FloatArray weight, float eps, float offset) implements DeviceNorm {}

    /** See {@link apus.format.spec.LayerNorm}; bias is not read unless {@code biased}. */
    record ByLayer(int length, FloatArray weight, FloatArray bias, boolean biased, float eps)
            implements DeviceNorm {}
}
