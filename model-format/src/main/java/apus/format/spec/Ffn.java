package apus.format.spec;

/** The feed-forward half of a layer. */
public sealed interface Ffn permits Gated, Mlp, Experts {}
