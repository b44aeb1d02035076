package apus.format.spec;

/**
 * down(act(gate(x)) * up(x)), "SwiGLU" when act is SILU. Shazeer 2020, arXiv 2002.05202.
 *
 * <p>With a limit it is GPT-OSS's: g = min(gate(x), limit), u = clamp(up(x), -limit, limit), and
 * down(g * sigmoid(1.702 g) * (u + 1)); {@code act} plays no part then.
 *
 * @param gate {@code [intermediate][hidden]}
 * @param up {@code [intermediate][hidden]}
 * @param down {@code [hidden][intermediate]}
 * @param limit 0 = none
 */
public record Gated(Linear gate, Linear up, Linear down, Act act, float limit) implements Ffn {
    /** Without a limit. */
    Gated(Linear gate, Linear up, Linear down, Act act) {
        this(gate, up, down, act, 0);
    }
}
