package apus.format.spec;

/**
 * down(act(gate(x)) * up(x)), "SwiGLU" when act is SILU. Shazeer 2020, arXiv 2002.05202.
 *
 * @param gate {@code [intermediate][hidden]}
 * @param up {@code [intermediate][hidden]}
 * @param down {@code [hidden][intermediate]}
 */
public record Gated(Linear gate, Linear up, Linear down, Act act) implements Ffn {}
