/**
 * Measures: whole models, single kernels. Sees every module, and no module sees it. Its tests hold
 * the rules of who may use what against all class files.
 */
package apus.bench;
