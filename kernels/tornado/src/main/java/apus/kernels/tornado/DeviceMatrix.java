package apus.kernels.tornado;

import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * A linear layer in the device's memory, or several on top of each other.
 *
 * @param rows outputs
 * @param cols inputs
 * @param parts its rows in order; one part unless an array would be too long
 * @param biases of each part, f32[rows of the part]; not read unless {@code biased}
 */
record DeviceMatrix(
        String name,
        int rows,
        int cols,
        List<Numbers> parts,
        List<FloatArray> biases,
        boolean biased) {

    /** A part by itself. */
    DeviceMatrix part(int i) {
        Numbers part = parts.get(i);
        return new DeviceMatrix(
                name, part.rows(), cols, List.of(part), List.of(biases.get(i)), biased);
    }
}
