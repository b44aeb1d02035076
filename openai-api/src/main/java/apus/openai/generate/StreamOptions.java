package apus.openai.generate;

/**
 * The field of that name.
 *
 * @param includeUsage whether a last chunk carries the usage
 * @param continuousUsage whether every chunk does, so far; nothing without includeUsage
 */
record StreamOptions(boolean includeUsage, boolean continuousUsage) {
    static final StreamOptions NONE = new StreamOptions(false, false);

    static final Kind<StreamOptions> KIND =
            new Kind<>(
                    "object",
                    "include_usage, continuous_usage_stats: boolean",
                    value -> {
                        if (!value.node().isObject()) {
                            throw value.wrongType("an object");
                        }
                        boolean usage = flag(value.at("include_usage"));
                        boolean continuous = flag(value.at("continuous_usage_stats"));
                        return new StreamOptions(usage, continuous);
                    });

    /** The same with the usage, whether it was asked for or not. */
    StreamOptions withUsage() {
        return new StreamOptions(true, continuousUsage);
    }

    /** Whether every chunk carries the usage so far. */
    boolean everyChunk() {
        return includeUsage && continuousUsage;
    }

    private static boolean flag(Value value) {
        return !value.absent() && value.bool();
    }
}
