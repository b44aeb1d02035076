package apus.format.spec;

/**
 * Token embedding.
 *
 * @param table {@code [vocab][hidden]}
 * @param scale multiplies every embedding, in f32
 */
public record Embedding(WeightRef table, float scale) {}
