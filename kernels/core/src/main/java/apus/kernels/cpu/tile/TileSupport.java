package apus.kernels.cpu.tile;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whether tiles may be used here, and if not, why. */
final class TileSupport {
    private static final List<String> FLAGS = List.of("amx_tile", "amx_bf16", "amx_int8", "avx2");

    /** What it takes to return. */
    private static final byte[] NOTHING = nothing();

    private TileSupport() {}

    /**
     * Why there are no tiles on this machine; empty if there are. Only looks.
     *
     * @return a clause for people
     */
    static Optional<String> missing(Host host) {
        String other = host.otherPlatform();
        if (!other.isEmpty()) {
            return Optional.of("tiles are used on Linux on amd64, this is " + other);
        }
        try {
            List<String> flags = List.of(host.processorFlags().split("\\s+", -1));
            if (flags.containsAll(FLAGS)) {
                return Optional.empty();
            }
            return Optional.of(
                    "the processor has none, or the kernel hides them (no "
                            + FLAGS.stream()
                                    .filter(flag -> !flags.contains(flag))
                                    .collect(Collectors.joining(", "))
                            + ")");
        } catch (Host.Refused e) {
            return Optional.of(e.getMessage());
        }
    }

    /**
     * Asks for all that tiles need, in the order in which it can be refused.
     *
     * @throws Host.Refused with the reason
     */
    static void request(Host host, Processor processor) throws Host.Refused {
        Optional<String> missing = missing(host);
        if (missing.isPresent()) {
            throw new Host.Refused(missing.get());
        }
        host.requestTiles();
        // Also finds out whether memory may be made executable, before anything depends on it.
        processor.load(NOTHING).close();
    }

    private static byte[] nothing() {
        Assembler asm = new Assembler();
        asm.ret();
        return asm.bytes();
    }
}
