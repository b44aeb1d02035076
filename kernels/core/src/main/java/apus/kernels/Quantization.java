package apus.kernels;

import java.util.Optional;

/** What plain weights are turned into when an executor opens. */
public enum Quantization {
    /** Weights are used as they are stored. */
    NONE,
    /** 8 bits per weight and a 16-bit scale per 32 columns: 8.5 bits. */
    INT8,
    /** 4 bits per weight and a 16-bit scale per 32 columns: 4.5 bits. */
    INT4;

    /** By its name in settings, {@code int8} or {@code int4}; empty for any other. */
    public static Optional<Quantization> of(String name) {
        return switch (name) {
            case "int8" -> Optional.of(INT8);
            case "int4" -> Optional.of(INT4);
            default -> Optional.empty();
        };
    }

    /** Columns that share a scale. */
    public static final int BLOCK = 32;

    /**
     * Bytes of a matrix; rows that fill up its last tile not counted.
     *
     * @throws IllegalStateException of {@link #NONE}, which leaves matrices as they are
     */
    public long bytes(int rows, int cols) {
        int bits =
                switch (this) {
                    case NONE -> throw new IllegalStateException("not a quantisation");
                    case INT8 -> 8;
                    case INT4 -> 4;
                };
        long blocks = Math.ceilDiv(cols, BLOCK);
        long numbers = bits == 8 ? cols : blocks * BLOCK / 2;
        return rows * (numbers + blocks * Short.BYTES);
    }
}
