package apus.format.spec;

/**
 * The projection to logits.
 *
 * @param proj {@code [vocab][hidden]}; with tied embeddings the embedding table itself
 * @param scale multiplies the logits
 * @param softcap logits become softcap * tanh(logit / softcap); 0 = off
 */
public record Head(Linear proj, float scale, float softcap) {
    /** Logits as they are. */
    Head(Linear proj) {
        this(proj, 1, 0);
    }
}
