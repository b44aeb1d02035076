package apus.format.spec;

/** How attention learns about positions. */
public sealed interface Position permits Rope, Position.None {
    /** Not in attention: by the embedding, or by the mask alone. */
    Position NONE = new None();

    /** See {@link #NONE}. */
    record None() implements Position {}
}
