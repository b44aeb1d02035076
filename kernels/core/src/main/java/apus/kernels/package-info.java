/**
 * The seam between the runtime and the devices: one step of a whole model. Integers go in ({@link
 * apus.kernels.Batch}), one matrix of floats comes out ({@link apus.kernels.Logits}); weights,
 * activations and cached keys never cross it. Knows no requests, no text and no sampling. Start
 * with {@link apus.kernels.Executor}.
 */
package apus.kernels;
