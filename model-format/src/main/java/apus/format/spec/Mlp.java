package apus.format.spec;

/**
 * down(act(up(x))).
 *
 * @param up {@code [intermediate][hidden]}
 * @param down {@code [hidden][intermediate]}
 */
public record Mlp(Linear up, Linear down, Act act) implements Ffn {}
