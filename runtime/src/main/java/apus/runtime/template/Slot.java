package apus.runtime.template;

/**
 * Where a variable lives.
 *
 * @param function the function whose frame holds it
 * @param index its place in that frame
 */
record Slot(FunctionScope function, int index) {}
