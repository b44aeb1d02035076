/**
 * Chat templates: an interpreter of the Jinja2 subset that model makers use, with Python's rules
 * for values, since a template's text depends on them.
 *
 * <p>Closed world: a template sees the variables it is given and nothing else. No reflection, no
 * files, no clock but the given one, and budgets on steps, depth, text and time, because a template
 * comes with a model file and is untrusted.
 *
 * <p>The path of a template: {@link apus.runtime.template.Lexer} cuts the source into tokens,
 * {@link apus.runtime.template.Parser} builds the tree, {@link apus.runtime.template.Symbols} gives
 * every variable its slot, and {@link apus.runtime.template.ChatTemplate} walks the tree for each
 * rendering. Start there.
 */
package apus.runtime.template;
