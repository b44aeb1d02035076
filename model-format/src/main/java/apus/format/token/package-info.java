/**
 * Text to token ids and back, exactly as the HuggingFace tokenizers library does it: {@code
 * tokenizer.json} becomes a pipeline of added tokens, normalizer, pre-tokenizer, model,
 * post-processor and decoder, a small file each. Knows nothing of models, chats or requests.
 * Untrusted input: everything here runs in time linear in the text, or nearly.
 *
 * <p>Start with {@link apus.format.token.PipelineTokenizer#encode}.
 */
package apus.format.token;
