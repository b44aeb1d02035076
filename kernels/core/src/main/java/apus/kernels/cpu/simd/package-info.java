/**
 * The CPU kernels with the Vector API, and the only code that names {@code jdk.incubator.vector}.
 * Loaded by name from {@link apus.kernels.cpu}, so that a JVM without the incubator module serves
 * with scalar kernels. Two rules stand above speed: nothing is allocated (C2 may box a vector
 * without a word; the tests count bytes), and interpreter, C1 and C2 give the same bits. So no
 * {@code reduceLanes} of floats, whose order is unspecified, and no library {@code EXP}. Start with
 * {@link apus.kernels.cpu.simd.VectorKernels}.
 */
package apus.kernels.cpu.simd;
