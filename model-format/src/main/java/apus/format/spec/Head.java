package apus.format.spec;

/**
 * The projection to logits.
 *
 * @param proj {@code [vocab][hidden]}; with tied embeddings the embedding table itself
 * @param softcap logits become softcap * tanh(logit / softcap); 0 = off
 */
public record Head(Linear proj, float softcap) {}
