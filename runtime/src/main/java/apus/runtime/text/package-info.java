/**
 * From tokens to the text a client sees: decoding, stop strings, and which log-probabilities go
 * with which text ({@link apus.runtime.text.ChoiceText}). Knows nothing of how tokens are drawn or
 * scheduled.
 *
 * <p>Text is given out as soon as it is certain and not before: half a character and the beginning
 * of a stop string wait. Start with {@link apus.runtime.text.ChoiceText#push}.
 */
package apus.runtime.text;
