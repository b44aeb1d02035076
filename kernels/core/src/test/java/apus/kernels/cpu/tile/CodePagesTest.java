package apus.kernels.cpu.tile;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Machine code for real, of instructions that every x86-64 processor has. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
final class CodePagesTest {
    private static final MemorySegment NONE = MemorySegment.NULL;
    private static final VarHandle LONG = JAVA_LONG.varHandle();

    /** b[0] = number * (number + 1) / 2 + a[0], by a loop. */
    private static byte[] sum() {
        Assembler asm = new Assembler();
        asm.mov(Gp.RAX, Memory.at(Gp.RDI));
        asm.repeat(Gp.R8, () -> asm.add(Gp.RAX, Gp.R8));
        asm.mov(Memory.at(Gp.RSI), Gp.RAX);
        asm.ret();
        return asm.bytes();
    }

    /** b[0] = 1; then counts until a[0] is not 0; b[1] and b[2] = the count, kept twice. */
    private static byte[] waiting() {
        Assembler asm = new Assembler();
        Assembler.Label again = new Assembler.Label();
        asm.mov(Gp.RAX, 0);
        asm.mov(Gp.R11, 0);
        asm.mov(Gp.RDX, 1);
        asm.mov(Memory.at(Gp.RSI), Gp.RDX);
        asm.here(again);
        asm.add(Gp.RAX, 1);
        asm.add(Gp.R11, 1);
        asm.mov(Gp.RDX, Memory.at(Gp.RDI));
        asm.cmp(Gp.RDX, 0);
        asm.jump(Condition.ZERO, again);
        asm.mov(Memory.at(Gp.RSI, 8), Gp.RAX);
        asm.mov(Memory.at(Gp.RSI, 16), Gp.R11);
        asm.ret();
        return asm.bytes();
    }

    @Test
    void codeIsCalledWithItsArguments() throws Host.Refused {
        try (Arena arena = Arena.ofConfined();
                Processor.Code code = new CodePages(new LinuxHost()).load(sum())) {
            MemorySegment a = arena.allocateFrom(JAVA_LONG, 1_000_000);
            MemorySegment b = arena.allocate(JAVA_LONG);
            code.call(a, b, NONE, NONE, 100);
            assertEquals(1_005_050, b.get(JAVA_LONG, 0));
        }
    }

    @Test
    void pagesAreWritableFirstThenExecutableNeverBothAndGoneInTheEnd() throws Exception {
        List<String> seen = new ArrayList<>();
        FakeHost pages = new FakeHost();
        Host watched =
                new Host() {
                    @Override
                    public String otherPlatform() {
                        return pages.otherPlatform();
                    }

                    @Override
                    public String processorFlags() throws Refused {
                        return pages.processorFlags();
                    }

                    @Override
                    public void requestTiles() throws Refused {
                        pages.requestTiles();
                    }

                    @Override
                    public long map(long bytes) throws Refused {
                        long address = pages.map(bytes);
                        seen.add(access(address));
                        return address;
                    }

                    @Override
                    public void makeExecutable(long address, long bytes) throws Refused {
                        seen.add(access(address));
                        pages.makeExecutable(address, bytes);
                        seen.add(access(address));
                    }

                    @Override
                    public void unmap(long address, long bytes) {
                        seen.add(access(address));
                        pages.unmap(address, bytes);
                        seen.add(access(address));
                    }
                };
        new CodePages(watched).load(sum()).close();
        assertEquals(List.of("rw-p", "rw-p", "r-xp", "r-xp", ""), seen);
    }

    /** How memory may be used, as the kernel says; empty if there is none. */
    private static String access(long address) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
                String[] parts = line.split("[- ]", -1);
                long from = Long.parseUnsignedLong(parts[0], 16);
                long to = Long.parseUnsignedLong(parts[1], 16);
                if (address >= from && address < to) {
                    return line.split(" ", -1)[1];
                }
            }
            return "";
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void pagesGoBackWhenTheyMayNotBecomeExecutable() {
        FakeHost host = new FakeHost();
        host.refusing = "execute";
        assertThrows(Host.Refused.class, () -> new CodePages(host).load(sum()));
        assertEquals(List.of("map", "execute", "unmap"), host.asked);
        assertEquals("", access(host.mapped));
    }

    /**
     * A collection and a dump of all threads both stop the world. They are through before the code
     * is told to end: were the thread not in native state, they would wait for it for ever.
     */
    @Test
    void aRunningCallHoldsUpNoSafepoint() throws Exception {
        try (Running running = new Running()) {
            for (int i = 0; i < 20; i++) {
                List<byte[]> garbage = new ArrayList<>();
                for (int n = 0; n < 100; n++) {
                    garbage.add(new byte[10_000]);
                }
                assertEquals(100, garbage.size());
                System.gc();
                assertFalse(Thread.getAllStackTraces().isEmpty());
            }
            running.end();
            assertTrue(running.count() > 0);
        }
    }

    @Test
    void aSignalInsideCodeDisturbsNoRegister() throws Exception {
        try (Running running = new Running()) {
            for (int i = 0; i < 500; i++) {
                running.signal();
            }
            running.end();
            assertTrue(running.count() > 0);
        }
    }

    @Test
    void codeThatRunsCannotBeClosed() throws Exception {
        try (Running running = new Running()) {
            assertThrows(IllegalStateException.class, running.code::close);
            running.end();
            assertTrue(running.count() > 0);
        }
    }

    @Test
    void manyThreadsCallTheSameCodeWhileGarbageIsCollected() throws Exception {
        int threads = 8;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try (Processor.Code code = new CodePages(new LinuxHost()).load(sum())) {
            List<Future<Long>> sums = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int first = t;
                sums.add(pool.submit(() -> sumOfCalls(code, first)));
            }
            for (int i = 0; i < 10; i++) {
                System.gc();
            }
            for (int t = 0; t < threads; t++) {
                long wanted = 0;
                for (long n = 1; n <= 5000; n++) {
                    wanted += t + n * (n + 1) / 2;
                }
                assertEquals(wanted, sums.get(t).get(60, TimeUnit.SECONDS));
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private static long sumOfCalls(Processor.Code code, long first) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment a = arena.allocateFrom(JAVA_LONG, first);
            MemorySegment b = arena.allocate(JAVA_LONG);
            long sum = 0;
            for (long n = 1; n <= 5000; n++) {
                code.call(a, b, NONE, NONE, n);
                sum += b.get(JAVA_LONG, 0);
            }
            return sum;
        }
    }

    /** A thread inside machine code, until it is told to end. */
    private static final class Running implements AutoCloseable {
        private static final long TGKILL = 234;
        private static final long GETTID = 186;

        /** The JVM has a handler for it that does nothing. */
        private static final long SIGPIPE = 13;

        @SuppressWarnings("restricted")
        private static final MethodHandle SYSCALL =
                Linker.nativeLinker()
                        .downcallHandle(
                                Linker.nativeLinker().defaultLookup().findOrThrow("syscall"),
                                FunctionDescriptor.of(
                                        JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                                Linker.Option.firstVariadicArg(1));

        final Processor.Code code;
        private final Arena arena = Arena.ofShared();
        private final MemorySegment told = arena.allocate(JAVA_LONG);
        private final MemorySegment out = arena.allocate(JAVA_LONG, 3);
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        private final Future<?> call;
        private final CountDownLatch named = new CountDownLatch(1);
        private volatile long tid;

        Running() throws Exception {
            code = new CodePages(new LinuxHost()).load(waiting());
            call =
                    thread.submit(() -> {
                        tid = syscall(GETTID, 0, 0, 0);
                        named.countDown();
                        code.call(told, out, NONE, NONE, 0);
                    });
            assertTrue(named.await(60, TimeUnit.SECONDS));
            while ((long) LONG.getVolatile(out, 0L) == 0) {
                Thread.onSpinWait();
            }
        }

        void signal() {
            assertEquals(0, syscall(TGKILL, ProcessHandle.current().pid(), tid, SIGPIPE));
        }

        void end() throws InterruptedException, ExecutionException, TimeoutException {
            assertFalse(call.isDone());
            LONG.setVolatile(told, 0L, 1L);
            call.get(60, TimeUnit.SECONDS);
        }

        long count() {
            assertEquals(out.getAtIndex(JAVA_LONG, 1), out.getAtIndex(JAVA_LONG, 2));
            return out.getAtIndex(JAVA_LONG, 1);
        }

        private static long syscall(long number, long a, long b, long c) {
            try {
                return (long) SYSCALL.invokeExact(number, a, b, c);
            } catch (Throwable e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void close() {
            LONG.setVolatile(told, 0L, 1L);
            thread.close();
            code.close();
            arena.close();
        }
    }

    @Test
    void twoCodesStandApart() throws Host.Refused {
        FakeHost host = new FakeHost();
        try (Processor.Code first = new CodePages(host).load(sum())) {
            long address = host.mapped;
            try (Processor.Code second = new CodePages(host).load(waiting())) {
                assertNotEquals(address, host.mapped);
                assertNotEquals(first, second);
            }
        }
    }
}
