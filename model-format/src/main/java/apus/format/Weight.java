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
 */
public record Weight(String name, Format format, int rows, int cols, MemorySegment data) {}
