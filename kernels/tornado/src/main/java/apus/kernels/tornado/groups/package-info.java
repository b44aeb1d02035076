/**
 * Kernels that need a device: work groups with local memory and barriers. Each does what the kernel
 * of {@code loops} with the same operation does, and sums in an order of its own, which depends on
 * the sizes of the model and never on how many tokens come together: lanes take every 32nd number,
 * or a tile of positions, and their sums are added pair by pair.
 */
package apus.kernels.tornado.groups;
