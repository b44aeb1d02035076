/**
 * Regular expressions from untrusted files, in the syntax of Oniguruma as far as tokenizers use it.
 * A pattern becomes a deterministic automaton when it is read, so a match takes one pass over the
 * text whatever the pattern; what would make the automaton too large, or needs more than one
 * character of look-ahead, is refused then. Knows nothing of tokenizers.
 *
 * <p>Start with {@link apus.format.regex.Regex}.
 */
package apus.format.regex;
