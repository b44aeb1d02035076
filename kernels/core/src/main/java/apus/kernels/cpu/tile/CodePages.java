package apus.kernels.cpu.tile;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * This machine as a {@link Processor}, and the only place that makes memory executable. Code is
 * written into new pages, which then become executable and cease to be writable; no page is ever
 * both, none is written again, and all go back when the code is closed.
 */
final class CodePages implements Processor {
    private static final long PAGE = 4096;

    /**
     * An ordinary downcall, not a critical one: the thread is in native state while it computes, so
     * that a garbage collection does not wait for it.
     */
    @SuppressWarnings("restricted")
    private static final class Call {
        // Constant, or the JIT could not compile the call into its callers.
        static final MethodHandle HANDLE =
                Linker.nativeLinker()
                        .downcallHandle(
                                FunctionDescriptor.ofVoid(
                                        ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));
    }

    private final Host host;

    CodePages(Host host) {
        this.host = host;
    }

    @Override
    public String description() {
        return "this processor";
    }

    @Override
    public Code load(byte[] code) throws Host.Refused {
        long bytes = Math.ceilDiv(code.length, PAGE) * PAGE;
        long address = host.map(bytes);
        try {
            return loaded(code, address, bytes);
        } catch (IllegalCallerException e) {
            host.unmap(address, bytes);
            throw new Host.Refused("native access is not allowed: " + e.getMessage());
        } catch (Host.Refused | RuntimeException | Error e) {
            host.unmap(address, bytes);
            throw e;
        }
    }

    @SuppressWarnings("restricted")
    private Code loaded(byte[] code, long address, long bytes) throws Host.Refused {
        MemorySegment pages = MemorySegment.ofAddress(address);
        pages.reinterpret(bytes).asByteBuffer().put(code);
        host.makeExecutable(address, bytes);
        Arena arena = Arena.ofShared();
        return new Loaded(
                pages.reinterpret(bytes, arena, p -> host.unmap(p.address(), bytes)), arena);
    }

    private record Loaded(MemorySegment entry, Arena arena) implements Code {
        @Override
        public void call(
                MemorySegment a, MemorySegment b, MemorySegment c, MemorySegment d, long number) {
            try {
                Call.HANDLE.invokeExact(entry, a, b, c, d, number);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        /** Refuses while a call runs: a shared arena knows. */
        @Override
        public void close() {
            if (arena.scope().isAlive()) {
                arena.close();
            }
        }
    }
}
