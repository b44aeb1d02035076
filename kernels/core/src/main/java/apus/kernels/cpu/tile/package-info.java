/**
 * Products on the matrix tiles of x86-64 processors (AMX), which no Java library reaches: machine
 * code written by {@link apus.kernels.cpu.tile.Assembler}, in pages that {@link
 * apus.kernels.cpu.tile.CodePages} alone makes executable. What the package asks of the operating
 * system goes through {@link apus.kernels.cpu.tile.Host}, and every refusal is a reason in words.
 *
 * <p>It knows weights and activations, nothing of models. The first file to read: {@link
 * apus.kernels.cpu.tile.ProductCode}. Why executable memory, and what keeps it small: {@code
 * docs/adr} on matrix tiles.
 */
package apus.kernels.cpu.tile;
