package apus.kernels.cpu.tile;

import java.lang.foreign.MemorySegment;

/** What runs machine code: this machine, or in tests an interpreter. */
interface Processor {
    /** A function in machine code; any number of threads may call it at a time. */
    interface Code extends AutoCloseable {
        /**
         * Calls it with the addresses of four segments and a number, in RDI, RSI, RDX, RCX and R8.
         * The segments must be native, and stay alive during the call. What the code touches is the
         * caller's to check: the processor does not.
         */
        void call(MemorySegment a, MemorySegment b, MemorySegment c, MemorySegment d, long number);

        /** Not to be called while a call runs. */
        @Override
        void close();
    }

    /**
     * Makes code callable.
     *
     * @throws Host.Refused if the operating system refuses
     */
    Code load(byte[] code) throws Host.Refused;

    /** For people: what runs the code. */
    String description();
}
