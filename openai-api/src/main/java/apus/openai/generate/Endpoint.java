package apus.openai.generate;

/** Which of the two generating routes a parameter belongs to. */
enum Endpoint {
    CHAT("chat"),
    COMPLETION("completions");

    private final String label;

    Endpoint(String label) {
        this.label = label;
    }

    /** Name in the documentation. */
    String label() {
        return label;
    }
}
