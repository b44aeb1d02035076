/**
 * Finds packs of reference outputs for the conformance suites of the other modules, and writes
 * weight files for their tests. A module of its own because three of them need it in their tests;
 * nothing that is shipped does. Start with {@link apus.conformance.Packs}.
 */
package apus.conformance;
