package apus.kernels.cpu.tile;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Linux on x86-64, through the C library that the JVM runs on. Flags come from {@code
 * /proc/cpuinfo} and not from CPUID: the kernel leaves a flag out when it does not save the tiles
 * ({@code noxsave}, an old kernel, a hypervisor), which CPUID does not tell, and reading a file
 * needs no machine code to be run before it is known whether any may be.
 */
final class LinuxHost implements Host {
    private static final Path CPUINFO = Path.of("/proc/cpuinfo");

    // From Linux' asm/mman.h and asm/prctl.h.
    private static final int READ = 1;
    private static final int WRITE = 2;
    private static final int EXECUTE = 4;
    private static final int PRIVATE_ANONYMOUS = 0x22;
    private static final long ARCH_PRCTL = 158;
    private static final long REQUEST_PERMISSION = 0x1023;
    private static final long TILE_DATA = 18;

    // From errno.h.
    private static final int EPERM = 1;
    private static final int ENOMEM = 12;
    private static final int EACCES = 13;
    private static final int EINVAL = 22;
    private static final int ENOSPC = 28;
    private static final int ENOSYS = 38;
    private static final int EOPNOTSUPP = 95;

    /** Holder: looks the functions up once, and only on a machine that has them. */
    private static final class C {
        static final StructLayout STATE = Linker.Option.captureStateLayout();
        static final VarHandle ERRNO =
                STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
        static final MethodHandle MMAP =
                function(
                        "mmap",
                        FunctionDescriptor.of(
                                JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT,
                                JAVA_LONG));
        static final MethodHandle MPROTECT =
                function(
                        "mprotect",
                        FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
        static final MethodHandle MUNMAP =
                function("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));

        // The C library has no function of its own for arch_prctl.
        static final MethodHandle SYSCALL =
                function(
                        "syscall",
                        FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                        Linker.Option.firstVariadicArg(1));

        @SuppressWarnings("restricted")
        private static MethodHandle function(
                String name, FunctionDescriptor type, Linker.Option... more) {
            Linker linker = Linker.nativeLinker();
            Linker.Option[] options = java.util.Arrays.copyOf(more, more.length + 1);
            options[more.length] = Linker.Option.captureCallState("errno");
            return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type, options);
        }
    }

    @Override
    public String otherPlatform() {
        String os = System.getProperty("os.name");
        String arch = System.getProperty("os.arch");
        return os.equals("Linux") && arch.equals("amd64") ? "" : os + " on " + arch;
    }

    @Override
    public String processorFlags() throws Refused {
        try (var lines = Files.lines(CPUINFO)) {
            return lines.filter(line -> line.startsWith("flags"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElseThrow(() -> new IOException("it has no line of flags"));
        } catch (IOException | java.io.UncheckedIOException e) {
            throw new Refused(CPUINFO + " cannot be read: " + e.getMessage());
        }
    }

    @Override
    public void requestTiles() throws Refused {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(C.STATE);
            long result =
                    (long) C.SYSCALL.invokeExact(state, ARCH_PRCTL, REQUEST_PERMISSION, TILE_DATA);
            if (result != 0) {
                throw new Refused("the kernel does not grant tiles: " + reason(state));
            }
        } catch (Throwable e) {
            throw refused("arch_prctl", e);
        }
    }

    @Override
    public long map(long bytes) throws Refused {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(C.STATE);
            long address =
                    (long)
                            C.MMAP.invokeExact(
                                    state, 0L, bytes, READ | WRITE, PRIVATE_ANONYMOUS, -1, 0L);
            if (address == -1) {
                throw new Refused("no memory for machine code: " + reason(state));
            }
            return address;
        } catch (Throwable e) {
            throw refused("mmap", e);
        }
    }

    @Override
    public void makeExecutable(long address, long bytes) throws Refused {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(C.STATE);
            int result = (int) C.MPROTECT.invokeExact(state, address, bytes, READ | EXECUTE);
            if (result != 0) {
                throw new Refused("memory may not be made executable: " + reason(state));
            }
        } catch (Throwable e) {
            throw refused("mprotect", e);
        }
    }

    @Override
    public void unmap(long address, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(C.STATE);
            int result = (int) C.MUNMAP.invokeExact(state, address, bytes);
            if (result != 0) {
                throw new IllegalStateException("munmap: " + reason(state));
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("munmap: " + e, e);
        }
    }

    private static String reason(MemorySegment state) {
        return reason((int) C.ERRNO.get(state, 0L));
    }

    static String reason(int errno) {
        return switch (errno) {
            case EPERM -> "not permitted (EPERM; a seccomp filter?)";
            case EACCES -> "access denied (EACCES; a security policy against executable memory?)";
            case ENOMEM -> "out of memory (ENOMEM)";
            case EINVAL -> "not known to this kernel (EINVAL)";
            case ENOSPC -> "a thread's signal stack is too small for the tiles (ENOSPC)";
            case ENOSYS -> "no such call (ENOSYS)";
            case EOPNOTSUPP -> "not supported by processor or kernel (EOPNOTSUPP)";
            default -> "error " + errno;
        };
    }

    /** What a native call threw beside a refusal is one too: the function may be missing. */
    private static Refused refused(String step, Throwable e) {
        return switch (e) {
            case Refused refused -> refused;
            case VirtualMachineError error -> throw error;
            default -> new Refused(step + " cannot be called: " + e);
        };
    }
}
