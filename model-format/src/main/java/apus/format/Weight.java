package apus.format;

import java.lang.foreign.MemorySegment;

/**
 * A matrix of the model, {@code [rows][cols]}, rows are outputs. The memory belongs to the
 * checkpoint that made it and is read-only; a vector is a matrix of one column.
 *
 * @param name tensor name, for messages
 * @param format how {@code data} is to be read
 * @param rows outputs
 * @param cols inputs, contiguous
 * @param data exactly the bytes of these rows
 * @param scales as the format says, row by row; {@link MemorySegment#NULL} if it has none
 * @param zeros as the format says, row by row; {@link MemorySegment#NULL} if it has none
 * @param order int32[cols], as the format says; {@link MemorySegment#NULL} if it has none
 */
public record Weight(
        String name,
        Format format,
        int rows,
        int cols,
        MemorySegment data,
        MemorySegment scales,
        MemorySegment zeros,
        MemorySegment order) {
    /** A weight without scales. */
    public Weight(String name, Format format, int rows, int cols, MemorySegment data) {
        this(
                name,
                format,
                rows,
                cols,
                data,
                MemorySegment.NULL,
                MemorySegment.NULL,
                MemorySegment.NULL);
    }

    /** Bytes of the numbers and what belongs to them. */
    public long bytes() {
        return data.byteSize() + scales.byteSize() + zeros.byteSize() + order.byteSize();
    }
}
