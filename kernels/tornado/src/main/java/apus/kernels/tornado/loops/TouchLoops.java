package apus.kernels.tornado.loops;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/** Read a number of each array, which gets an array that nothing else has used yet uploaded. */
public final class TouchLoops {
    private TouchLoops() {}

    public static void touchFloats(
            FloatArray a, FloatArray b, FloatArray c, FloatArray d, FloatArray sink) {
        for (@Parallel int i = 0; i < 1; i++) {
            sink.set(i, a.get(i) + b.get(i) + c.get(i) + d.get(i));
        }
    }

    public static void touchShorts(ShortArray a, FloatArray sink) {
        for (@Parallel int i = 0; i < 1; i++) {
            sink.set(i, a.get(i));
        }
    }

    public static void touchHalves(HalfFloatArray a, FloatArray sink) {
        for (@Parallel int i = 0; i < 1; i++) {
            sink.set(i, a.get(i).getFloat32());
        }
    }

    public static void touchBytes(ByteArray a, FloatArray sink) {
        for (@Parallel int i = 0; i < 1; i++) {
            sink.set(i, a.get(i));
        }
    }
}
