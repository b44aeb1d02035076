package apus.format.spec;

/**
 * One decoder block. In sequence: x += residual * postAttn(attn(attnNorm(x))), then x += residual *
 * postFfn(ffn(ffnNorm(x))). In parallel: both halves read the same x, x += attn(attnNorm(x)) +
 * ffn(ffnNorm(x)). The post norms are usually {@link Norm#NONE}.
 *
 * @param residual multiplies what each half adds, usually 1
 * @param parallel whether the halves stand side by side
 */
public record Layer(
        Norm attnNorm,
        Attention attn,
        Norm postAttn,
        Norm ffnNorm,
        Ffn ffn,
        Norm postFfn,
        float residual,
        boolean parallel) {
    /** The usual block: a norm before each half. */
    Layer(Norm attnNorm, Attention attn, Norm ffnNorm, Ffn ffn) {
        this(attnNorm, attn, Norm.NONE, ffnNorm, ffn, Norm.NONE, 1, false);
    }

    /** The same with norms on what the halves give. */
    Layer withPostNorms(Norm newPostAttn, Norm newPostFfn) {
        return new Layer(attnNorm, attn, newPostAttn, ffnNorm, ffn, newPostFfn, residual, parallel);
    }

    /** The same with another factor on what the halves give. */
    Layer withResidual(double newResidual) {
        return new Layer(
                attnNorm, attn, postAttn, ffnNorm, ffn, postFfn, (float) newResidual, parallel);
    }
}
