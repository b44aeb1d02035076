package apus.runtime.template;

import java.util.Iterator;

/**
 * What lazy filters give: elements once, in order. It has no length and is always true, which
 * templates run into; so it is not a list.
 */
record Generator(Iterator<?> items) {}
