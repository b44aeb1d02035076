/**
 * The CPU backend. {@link apus.kernels.cpu.CpuExecutor} walks the model's plan and splits each
 * operation over {@link apus.kernels.cpu.Workers}; {@link apus.kernels.cpu.CpuKernels} is what one
 * thread computes, plain ({@link apus.kernels.cpu.ScalarKernels}) or with the Vector API (package
 * {@code simd}, loaded by name). Must not name {@code jdk.incubator.vector}. Start with {@code
 * CpuExecutor.forward}.
 */
package apus.kernels.cpu;
