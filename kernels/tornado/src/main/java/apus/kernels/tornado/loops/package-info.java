/**
 * Kernels as plain loops over {@code @Parallel} indices. They run on the JVM as they stand, which
 * is how they are tested, and on any device; sums run in order of index. Integers and floats among
 * the arguments are folded into a kernel when it is compiled, so that what depends on them alone
 * costs nothing.
 *
 * <p>Rules that TornadoVM sets: a kernel must not be named like a function of OpenCL, methods that
 * are called must not return early, and everything is compiled with {@code -g}.
 */
package apus.kernels.tornado.loops;
