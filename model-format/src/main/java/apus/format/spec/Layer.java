package apus.format.spec;

/**
 * One decoder block: x += postAttn(attn(attnNorm(x))), then x += postFfn(ffn(ffnNorm(x))). The post
 * norms are usually {@link Norm#NONE}.
 */
public record Layer(
        Norm attnNorm, Attention attn, Norm postAttn, Norm ffnNorm, Ffn ffn, Norm postFfn) {}
