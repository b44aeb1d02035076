/**
 * The backend for GPUs: task graphs of TornadoVM, built once per number of tokens and kept. The
 * only package that knows TornadoVM, and one that knows nothing of the CPU's kernels. A kernel is a
 * static method in {@code loops} (plain Java that runs on the JVM too) or {@code groups} (with work
 * groups, local memory and barriers, on a device only). Start with {@link
 * apus.kernels.tornado.TornadoExecutor}.
 */
package apus.kernels.tornado;
