package apus.format.token;

/** How pieces become text again. */
sealed interface Decoder permits ByteLevelDecoder, StepDecoder {
    /**
     * A decoder for one sequence of tokens.
     *
     * @param continuation whether text stands before it already, so that nothing is taken off the
     *     start
     */
    Stream start(boolean continuation);

    /** Takes pieces one by one. */
    interface Stream {
        void push(String piece, StringBuilder out);

        void flush(StringBuilder out);
    }

    /** Bytes a piece stands for; all or part of a character, or several. */
    byte[] bytes(String piece);
}
