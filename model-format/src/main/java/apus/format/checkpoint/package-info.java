/**
 * A whole model directory: joins files, {@link apus.format.spec the model's spec} and {@link
 * apus.format.token its tokenizer}, and checks that they agree. Start with {@link
 * apus.format.checkpoint.Checkpoint}.
 */
package apus.format.checkpoint;
