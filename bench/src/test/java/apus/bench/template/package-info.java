/**
 * Our template interpreter beside Jinjava: how much of a pack each renders right, and how fast.
 * Start with {@link apus.bench.template.TemplateReport}.
 */
package apus.bench.template;
