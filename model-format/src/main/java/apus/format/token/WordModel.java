package apus.format.token;

/** How one word becomes tokens. Thread-safe. */
interface WordModel {
    void encode(String word, IntList out);
}
