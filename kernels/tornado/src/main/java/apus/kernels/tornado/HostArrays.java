package apus.kernels.tornado;

import apus.kernels.DeviceException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Host memory of arrays. TornadoVM knows a device's buffer by the array it stands for, which is as
 * large in the host's memory. So weights lie in an arena that ends once they are uploaded, and what
 * never leaves the device lies in an empty file, of which nobody touches a page.
 */
final class HostArrays implements AutoCloseable {
    /** From here on an array that stays on the device gets a file. */
    private static final long FILE_BYTES = 1 << 20;

    private static final long HEADER = TornadoNativeArray.ARRAY_HEADER;
    private static final int ALIGNMENT = 64;

    private final Arena uploads = Arena.ofShared();
    private final Arena kept = Arena.ofShared();

    /** An array to be filled and uploaded. */
    FloatArray floats(int n) {
        return FloatArray.fromSegmentShallow(upload((long) n * Float.BYTES));
    }

    /** An array to be filled and uploaded. */
    ShortArray shorts(int n) {
        return ShortArray.fromSegmentShallow(upload((long) n * Short.BYTES));
    }

    /** An array to be filled and uploaded. */
    HalfFloatArray halves(int n) {
        return HalfFloatArray.fromSegmentShallow(upload((long) n * Short.BYTES));
    }

    /** An array to be filled and uploaded. */
    ByteArray bytes(int n) {
        return ByteArray.fromSegmentShallow(upload(n));
    }

    private MemorySegment upload(long bytes) {
        return uploads.allocate(HEADER + bytes, ALIGNMENT);
    }

    /** Lets go of what was uploaded: the arrays are names of device buffers from now on. */
    void uploaded() {
        if (uploads.scope().isAlive()) {
            uploads.close();
        }
    }

    /** An array that only the device reads and writes. */
    FloatArray onDevice(int n) {
        return FloatArray.fromSegmentShallow(unread((long) n * Float.BYTES));
    }

    /** An array that only the device reads and writes. */
    ShortArray shortsOnDevice(int n) {
        return ShortArray.fromSegmentShallow(unread((long) n * Short.BYTES));
    }

    private MemorySegment unread(long numbers) {
        long bytes = HEADER + numbers;
        return bytes < FILE_BYTES ? kept.allocate(bytes, ALIGNMENT) : hole(bytes);
    }

    private MemorySegment hole(long bytes) {
        try {
            Path file = Files.createTempFile("apus-device-", ".hole");
            try (FileChannel channel =
                    FileChannel.open(
                            file,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.SPARSE,
                            StandardOpenOption.DELETE_ON_CLOSE)) {
                return channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, kept);
            }
        } catch (IOException e) {
            throw new DeviceException(
                    "address space for "
                            + bytes
                            + " bytes of a device is mapped from a temporary file, which failed in "
                            + System.getProperty("java.io.tmpdir")
                            + " (java.io.tmpdir names another folder): "
                            + e.getMessage(),
                    e);
        }
    }

    @Override
    public void close() {
        uploaded();
        if (kept.scope().isAlive()) {
            kept.close();
        }
    }
}
