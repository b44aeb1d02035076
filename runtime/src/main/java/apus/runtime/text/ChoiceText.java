package apus.runtime.text;

import apus.format.token.StreamDecoder;
import apus.format.token.Tokenizer;
import apus.runtime.Stops;
import apus.runtime.TokenLogprobs;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All text of one choice: tokens in, certain text out. Text is certain when no stop string can cut
 * it off any more and no byte to come can change it. A token's log-probabilities come with the
 * first char of its text; a token without text of its own (a piece of a character) belongs to the
 * character it is part of. Engine thread.
 */
public final class ChoiceText {
    private final Tokenizer tokenizer;
    private final boolean skipSpecialTokens;
    private final List<String> stopStrings;
    private final boolean includeStop;
    private final StreamDecoder decoder;
    private final StopChecker checker;
    private final Alignment alignment = new Alignment();
    private final Lookahead lookahead = new Lookahead();

    /** Text that is decoded and not taken; starts at {@link #taken}. */
    private final StringBuilder pending = new StringBuilder();

    /** Wanted tokens that are not certain. */
    private final ArrayDeque<Span> waiting = new ArrayDeque<>();

    private List<TokenLogprobs> ready = new ArrayList<>();

    // Positions in the whole text, in chars.
    private int taken;
    private int certain;
    private int decoded;

    /** The first token in whose text stop strings are searched. */
    private Span firstArmed = Span.NEVER;

    private boolean ended;

    /** For one choice; its text continues a prompt. */
    public ChoiceText(Tokenizer t, boolean skipSpecialTokens, Stops stops) {
        tokenizer = t;
        this.skipSpecialTokens = skipSpecialTokens;
        stopStrings = stops.strings();
        includeStop = stops.includeString();
        decoder = t.continuation(skipSpecialTokens);
        checker = new StopChecker(stopStrings);
    }

    /**
     * Takes a sampled token. Does nothing once a stop string has matched.
     *
     * @param visible false for a closing end-of-sequence token that is not shown
     * @param logprobs given out with the token's text if {@code wanted}; else not looked at
     * @param armed whether stop strings may match from this token's text on
     */
    public void push(
            int token, boolean visible, TokenLogprobs logprobs, boolean wanted, boolean armed) {
        if (ended || !visible || (skipSpecialTokens && tokenizer.isSpecial(token))) {
            return;
        }
        Span span = new Span(logprobs);
        alignment.token(tokenizer.bytes(token), span, decoded);
        if (wanted) {
            waiting.add(span);
        }
        if (armed && firstArmed == Span.NEVER) {
            firstArmed = span;
        }
        decode(decoder.push(token));
        if (!ended && stopsHere()) {
            decode(decoder.flush());
        }
        release();
    }

    /**
     * No more tokens: gives out withheld text and half characters. Text may become whole by that,
     * so {@link #matched} may change.
     */
    public void finish() {
        if (ended) {
            return;
        }
        decode(decoder.flush());
        if (!ended) {
            alignment.end(decoded);
            certain = decoded;
            ended = true;
            for (Span span : waiting) {
                ready.add(span.logprobs);
            }
            waiting.clear();
        }
        release();
    }

    /** Text that became certain since it was last taken. */
    public String takeText() {
        int length = certain - taken;
        if (length == 0) {
            return "";
        }
        String text = pending.substring(0, length);
        pending.delete(0, length);
        taken = certain;
        return text;
    }

    /** Log-probabilities that became certain since they were last taken, in the order of tokens. */
    public List<TokenLogprobs> takeLogprobs() {
        if (ready.isEmpty()) {
            return List.of();
        }
        List<TokenLogprobs> taking = ready;
        ready = new ArrayList<>();
        return taking;
    }

    /** The stop string that matched. Everything is certain then, and nothing is added any more. */
    public Optional<String> matched() {
        return checker.match().isPresent()
                ? Optional.of(stopStrings.get(checker.match().getAsInt()))
                : Optional.empty();
    }

    private void decode(String text) {
        if (text.isEmpty()) {
            return;
        }
        alignment.text(text, decoded);
        lookahead.reset();
        pending.append(text);
        boolean match = checker.push(text, unarmed(text.length()));
        decoded += text.length();
        certain = decoded - checker.held();
        if (match) {
            certain = includeStop ? checker.matchEnd() : checker.matchStart();
            ended = true;
        }
    }

    /** Chars at the start of the next text that belong to tokens that are not armed. */
    private int unarmed(int length) {
        return firstArmed.placed() ? Math.max(firstArmed.start - decoded, 0) : length;
    }

    /** Whether the text would end with a stop string if it ended now. */
    private boolean stopsHere() {
        return !stopStrings.isEmpty()
                && firstArmed.placed()
                && lookahead.push(alignment.open(), alignment.openCount(), checker);
    }

    private void release() {
        while (!waiting.isEmpty() && waiting.peek().placed() && waiting.peek().start < certain) {
            ready.add(waiting.remove().logprobs);
        }
        if (ended) {
            waiting.clear();
        }
    }
}
