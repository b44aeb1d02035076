package apus.format.spec;

/** How attention learns about positions. */
public sealed interface Position permits Rope {}
