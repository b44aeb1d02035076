package apus.openai.hub;

/** What a repository is wanted for. */
public enum Needs {
    /** Configuration, weights, tokenizer, chat template. */
    MODEL,
    /** The tokenizer's files alone. */
    TOKENIZER
}
