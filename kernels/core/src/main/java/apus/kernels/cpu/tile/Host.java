package apus.kernels.cpu.tile;

/**
 * The steps that need the operating system, each of which may be refused. Tests refuse them one by
 * one.
 */
interface Host {
    /** A step was refused. */
    final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        /**
         * @param reason for people: the step and what stood in its way
         */
        Refused(String reason) {
            super(reason);
        }
    }

    /** Empty on Linux on x86-64 processors, else what the machine is. */
    String otherPlatform();

    /**
     * What processor and kernel offer, as words between blanks: the line {@code flags} of {@code
     * /proc/cpuinfo}.
     *
     * @throws Refused if it cannot be read
     */
    String processorFlags() throws Refused;

    /**
     * Asks the kernel to keep the tiles' content of this process; needed before the first tile
     * instruction, granted for all threads and for good.
     *
     * @throws Refused if it is not granted
     */
    void requestTiles() throws Refused;

    /**
     * New pages, readable and writable.
     *
     * @return their address
     * @throws Refused if there are none to be had
     */
    long map(long bytes) throws Refused;

    /**
     * Makes pages readable and executable, and no longer writable.
     *
     * @throws Refused if that is forbidden; the pages stay as they were
     */
    void makeExecutable(long address, long bytes) throws Refused;

    /** Gives pages back. */
    void unmap(long address, long bytes);
}
