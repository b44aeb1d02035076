package apus.format.spec;

/**
 * Causal self-attention with grouped keys and values: query head h reads key/value head h / (heads
 * / kvHeads).
 *
 * @param q {@code [heads * headDim][hidden]}
 * @param k {@code [kvHeads * headDim][hidden]}
 * @param v {@code [kvHeads * headDim][hidden]}
 * @param o {@code [hidden][heads * headDim]}
 * @param scale factor on q.k, usually 1/sqrt(headDim)
 * @param qNorm per head, before the rope; or {@link Norm#NONE}
 * @param kNorm per head, before the rope; or {@link Norm#NONE}
 * @param window a position sees itself and the window - 1 before it; 0 = all
 * @param softcap scores become softcap * tanh(score / softcap); 0 = off
 */
public record Attention(
        Linear q,
        Linear k,
        Linear v,
        Linear o,
        int heads,
        int kvHeads,
        int headDim,
        float scale,
        Norm qNorm,
        Norm kNorm,
        Position position,
        int window,
        float softcap) {}
