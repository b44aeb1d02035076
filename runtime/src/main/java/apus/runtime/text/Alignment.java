package apus.runtime.text;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;

/**
 * Finds the character in which each token begins, by walking through the tokens' bytes and the
 * decoded text side by side. A decoder gives text late (half a character, a run of byte tokens), so
 * one piece of text may stand for several tokens.
 */
final class Alignment {
    private byte[] open = new byte[16];
    private int count;

    /** Tokens that begin among the open bytes. */
    private final ArrayDeque<Span> spans = new ArrayDeque<>();

    /**
     * A token that the decoder is about to take.
     *
     * @param position length of the text decoded so far
     */
    void token(byte[] bytes, Span span, int position) {
        if (count == 0) {
            span.start = position;
        } else {
            span.firstByte = count;
            spans.add(span);
        }
        if (count + bytes.length > open.length) {
            open = Arrays.copyOf(open, Math.max(2 * open.length, count + bytes.length));
        }
        System.arraycopy(bytes, 0, open, count, bytes.length);
        count += bytes.length;
    }

    /**
     * Text that the decoder gave: places the tokens that begin in it.
     *
     * @param text not empty
     * @param position where it starts
     */
    void text(String text, int position) {
        int used = walk(text, position, true);
        if (used < 0) {
            used = walk(text, position, false);
        }
        if (used < 0) {
            // Text and bytes do not fit (a spoiled run before a literal U+FFFD): all of them count
            // as one piece.
            for (Span span : spans) {
                span.start = position;
            }
            used = count;
        }
        System.arraycopy(open, used, open, 0, count - used);
        count -= used;
        while (!spans.isEmpty() && spans.peek().placed()) {
            spans.remove();
        }
        for (Span span : spans) {
            span.firstByte -= used;
        }
    }

    /** No more text: the tokens left over stand at its end. */
    void end(int position) {
        spans.forEach(span -> span.start = position);
        spans.clear();
        count = 0;
    }

    /**
     * Bytes that the decoder keeps back, the first {@link #openCount} of this array; not a copy.
     */
    byte[] open() {
        return open;
    }

    int openCount() {
        return count;
    }

    /**
     * Places tokens as far as the text goes.
     *
     * @param parts whether U+FFFD stands for itself or a maximal part of a character (byte-level
     *     decoders), or else for any one byte of all that there are (byte fallback, where one bad
     *     byte spoils a whole run)
     * @return bytes that the text stands for, or -1 if it does not fit them
     */
    private int walk(String text, int position, boolean parts) {
        Iterator<Span> unplaced = spans.iterator();
        Span next = unplaced.hasNext() ? unplaced.next() : Span.NEVER;
        int at = 0;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            int length = c == 0xFFFD && !parts ? 1 : Utf8.matchLength(open, at, count, c);
            if (c == 0xFFFD && length == 0 && at < count) {
                length = Utf8.brokenLength(open, at, count);
            }
            if (length == 0) {
                return -1;
            }
            while (next != Span.NEVER && next.firstByte < at + length) {
                next.start = position + i;
                next = unplaced.hasNext() ? unplaced.next() : Span.NEVER;
            }
            at += length;
            i += Character.charCount(c);
        }
        return parts || at == count ? at : -1;
    }
}
