package apus.kernels.cpu;

import apus.kernels.DeviceException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/**
 * Zeroed native memory for the large buffers. {@link Arena#allocate} writes its zeros, so a cache
 * of 4 GiB would cost a second and 4 GiB before the first request; the operating system's anonymous
 * pages cost nothing until they are touched. They are asked for by {@code mmap} where the JVM lets
 * this module call native code and the constants are known, else the arena's way serves.
 */
final class Pages {
    /** Below, writing zeros is cheaper than setting up a native call. */
    private static final long WORTH_IT = 64L << 20;

    private static final long ALIGNMENT = 64;

    private Pages() {}

    /**
     * Reserves memory that lives as long as the arena.
     *
     * @throws OutOfMemoryError if there is none
     */
    @SuppressWarnings("restricted")
    static MemorySegment reserve(long bytes, Arena arena) {
        if (bytes < WORTH_IT
                || Native.ANONYMOUS == 0
                || !Pages.class.getModule().isNativeAccessEnabled()) {
            return arena.allocate(bytes, ALIGNMENT);
        }
        MemorySegment pages =
                Native.map(bytes).reinterpret(bytes, arena, s -> Native.unmap(s, bytes));
        Native.preferLarge(pages);
        return pages;
    }

    /** mmap, munmap and madvise, linked when first used. */
    @SuppressWarnings("restricted")
    private static final class Native {
        private static final int READ_WRITE = 3;
        private static final int PRIVATE = 2;

        private static final int LINUX_ANONYMOUS = 0x20;

        /** MAP_ANON of sys/mman.h, 0 where unknown. */
        static final int ANONYMOUS = anonymous(System.getProperty("os.name"));

        private static final AddressLayout POINTER = ValueLayout.ADDRESS;
        private static final MethodHandle MMAP =
                handle(
                        "mmap",
                        FunctionDescriptor.of(
                                POINTER,
                                POINTER,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_LONG));
        private static final MethodHandle MUNMAP =
                handle(
                        "munmap",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, POINTER, ValueLayout.JAVA_LONG));

        private static final MethodHandle MADVISE =
                handle(
                        "madvise",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                POINTER,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_INT));

        /** MADV_HUGEPAGE of Linux's sys/mman.h. */
        private static final int LARGE = 14;

        private static int anonymous(String os) {
            String name = os.toLowerCase(Locale.ROOT);
            if (name.startsWith("linux")) {
                return LINUX_ANONYMOUS;
            }
            return name.startsWith("mac") ? 0x1000 : 0;
        }

        private static MethodHandle handle(String name, FunctionDescriptor type) {
            Linker linker = Linker.nativeLinker();
            return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
        }

        static MemorySegment map(long bytes) {
            MemorySegment pages;
            try {
                pages =
                        (MemorySegment)
                                MMAP.invokeExact(
                                        MemorySegment.NULL,
                                        bytes,
                                        READ_WRITE,
                                        PRIVATE | ANONYMOUS,
                                        -1,
                                        0L);
            } catch (Throwable t) {
                throw new DeviceException("mmap cannot be called: " + t, t);
            }
            if (pages.address() == -1) {
                throw new OutOfMemoryError("the system refuses to map " + bytes + " bytes");
            }
            return pages;
        }

        /**
         * Asks for large pages where the system has them: attention jumps from block to block, and
         * with pages of 4 KiB a sixth of its time went into finding them. A refusal costs nothing.
         */
        static void preferLarge(MemorySegment pages) {
            if (ANONYMOUS != LINUX_ANONYMOUS) {
                return;
            }
            try {
                int _ = (int) MADVISE.invokeExact(pages, pages.byteSize(), LARGE);
            } catch (Throwable t) {
                throw new DeviceException("madvise cannot be called: " + t, t);
            }
        }

        static void unmap(MemorySegment pages, long bytes) {
            try {
                int failed = (int) MUNMAP.invokeExact(pages, bytes);
                assert failed == 0 : pages;
            } catch (Throwable t) {
                throw new DeviceException("munmap cannot be called: " + t, t);
            }
        }
    }
}
