package apus.runtime.template;

import java.time.Duration;

/**
 * What one rendering may spend. Every budget that runs out ends it with {@link
 * TemplateException.Kind#LIMIT}.
 *
 * @param steps operations: statements, calls, loop turns, and text by the length of what is touched
 * @param depth levels of nesting: calls of macros count the height of their bodies, and values
 *     being printed or compared their own
 * @param outputChars length of the rendered text and of any text on the way, in UTF-16 units; all
 *     texts and lists made by one rendering together may take sixteen times as much
 * @param time from start to end
 */
public record Limits(long steps, int depth, int outputChars, Duration time) {
    /** Far beyond any real chat, small enough for a server: 8 million characters, five seconds. */
    public static final Limits DEFAULT =
            new Limits(20_000_000, 1_500, 8_000_000, Duration.ofSeconds(5));

    public Limits {
        if (steps <= 0 || depth <= 0 || outputChars <= 0 || !time.isPositive()) {
            throw new IllegalArgumentException(
                    "limits must be positive: steps %d, depth %d, outputChars %d, time %s"
                            .formatted(steps, depth, outputChars, time));
        }
    }
}
