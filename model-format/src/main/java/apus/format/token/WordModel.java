package apus.format.token;

/** How one word becomes tokens. Thread-safe. */
interface WordModel {
    /** Appends the tokens of {@code text} from {@code from} to {@code to}. */
    void encode(String text, int from, int to, IntList out);
}
