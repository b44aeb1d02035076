/**
 * The model as data: {@code config.json} to {@link apus.format.spec.ModelSpec}. One small file per
 * family maps names and numbers; there is no forward code here, and nothing about devices, kernels
 * or open files. Start with {@code ModelSpec}, then {@code LlamaFamily}.
 */
package apus.format.spec;
