package apus.format.spec;

/**
 * Token embedding, and learned embeddings of positions where a model has them.
 *
 * @param table {@code [vocab][hidden]}
 * @param scale multiplies every token's embedding, in f32
 * @param positions {@code [maxPositions][hidden]}, added for each position; or {@link
 *     WeightRef#NONE}
 */
public record Embedding(WeightRef table, float scale, WeightRef positions) {
    /** Tokens alone. */
    Embedding(WeightRef table, double scale) {
        this(table, (float) scale, WeightRef.NONE);
    }
}
