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
 * @param qNorm before the rope; its weight has headDim numbers, and is applied to each head, or
 *     heads * headDim, and is applied to all of them as one vector
 * @param kNorm before the rope, as {@code qNorm}
 * @param window a position sees itself and the window - 1 before it; 0 = all
 * @param softcap scores become softcap * tanh(score / softcap); 0 = off
 * @param sinks {@code [heads]}: one more score of each head, which takes its share of the softmax
 *     and gives nothing; or {@link WeightRef#NONE}. Xiao et al. 2023, arXiv 2309.17453
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
        float softcap,
        WeightRef sinks) {
    /** The same with norms on queries and keys. */
    Attention withNorms(Norm newQNorm, Norm newKNorm) {
        return new Attention(
                q, k, v, o, heads, kvHeads, headDim, scale, newQNorm, newKNorm, position, window,
                softcap, sinks);
    }

    /** The same with another factor on the scores. */
    Attention withScale(double newScale) {
        return new Attention(
                q,
                k,
                v,
                o,
                heads,
                kvHeads,
                headDim,
                (float) newScale,
                qNorm,
                kNorm,
                position,
                window,
                softcap,
                sinks);
    }

    /** The same with a window; 0 = none. */
    Attention withWindow(int newWindow) {
        return new Attention(
                q, k, v, o, heads, kvHeads, headDim, scale, qNorm, kNorm, position, newWindow,
                softcap, sinks);
    }

    /** The same with capped scores; 0 = not. */
    Attention withSoftcap(double newSoftcap) {
        return new Attention(
                q,
                k,
                v,
                o,
                heads,
                kvHeads,
                headDim,
                scale,
                qNorm,
                kNorm,
                position,
                window,
                (float) newSoftcap,
                sinks);
    }

    /** The same with a sink per head. */
    Attention withSinks(WeightRef newSinks) {
        return new Attention(
                q, k, v, o, heads, kvHeads, headDim, scale, qNorm, kNorm, position, window, softcap,
                newSinks);
    }
}
