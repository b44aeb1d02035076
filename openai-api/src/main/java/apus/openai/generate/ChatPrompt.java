package apus.openai.generate;

/**
 * A conversation as a prompt.
 *
 * @param prompt its tokens
 * @param role of the answer
 * @param echo what the answer is prefixed with; mostly nothing
 */
record ChatPrompt(Prompt prompt, String role, String echo) {}
