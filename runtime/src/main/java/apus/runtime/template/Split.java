package apus.runtime.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Cutting text into pieces. */
final class Split {
    /** What a piece weighs beside its characters. */
    private static final int PIECE_CHARS = 32;

    private final Run run;
    private final String s;
    private final List<Object> pieces = new ArrayList<>();

    private Split(String s, Run run) {
        this.s = s;
        this.run = run;
    }

    /**
     * @param separator null for runs of white space
     * @param max so many cuts at most; all if negative
     */
    static List<Object> fromLeft(String s, String separator, int max, Run run) {
        Split split = new Split(s, run);
        if (separator == null) {
            split.blanksFromLeft(max);
        } else {
            split.separatorFromLeft(wanted(separator), max);
        }
        return split.pieces;
    }

    static List<Object> fromRight(String s, String separator, int max, Run run) {
        if (max < 0) {
            return fromLeft(s, separator, max, run);
        }
        Split split = new Split(s, run);
        if (separator == null) {
            split.blanksFromRight(max);
        } else {
            split.separatorFromRight(wanted(separator), max);
        }
        Collections.reverse(split.pieces);
        return split.pieces;
    }

    static List<Object> lines(String s, boolean keepEnds, Run run) {
        Split split = new Split(s, run);
        int start = 0;
        for (int i = 0; i < s.length(); ) {
            int end = i++;
            if (Chars.isLineEnd(s.charAt(end))) {
                if (s.charAt(end) == '\r' && i < s.length() && s.charAt(i) == '\n') {
                    i++;
                }
                split.piece(start, keepEnds ? i : end);
                start = i;
            }
        }
        if (start < s.length()) {
            split.piece(start, s.length());
        }
        return split.pieces;
    }

    static String wanted(String separator) {
        if (separator.isEmpty()) {
            throw TemplateException.failed("empty separator");
        }
        return separator;
    }

    private void piece(int from, int to) {
        run.making((long) PIECE_CHARS + to - from);
        pieces.add(s.substring(from, to));
    }

    private void separatorFromLeft(String separator, int max) {
        int start = 0;
        for (int cuts = 0; max < 0 || cuts < max; cuts++) {
            int at = Search.indexOf(s, separator, start, run);
            if (at < 0) {
                break;
            }
            piece(start, at);
            start = at + separator.length();
        }
        piece(start, s.length());
    }

    private void separatorFromRight(String separator, int max) {
        int end = s.length();
        for (int cuts = 0; cuts < max; cuts++) {
            int at = Search.lastIndexOf(s, separator, end, run);
            if (at < 0) {
                break;
            }
            piece(at + separator.length(), end);
            end = at;
        }
        piece(0, end);
    }

    private void blanksFromLeft(int max) {
        int at = skip(0, true);
        while (at < s.length()) {
            if (max >= 0 && pieces.size() == max) {
                piece(at, s.length());
                return;
            }
            int end = skip(at, false);
            piece(at, end);
            at = skip(end, true);
        }
    }

    private void blanksFromRight(int max) {
        int end = skipBack(s.length(), true);
        while (end > 0) {
            if (pieces.size() == max) {
                piece(0, end);
                return;
            }
            int start = skipBack(end, false);
            piece(start, end);
            end = skipBack(start, true);
        }
    }

    private int skip(int from, boolean blanks) {
        int at = from;
        while (at < s.length() && Chars.isSpace(s.charAt(at)) == blanks) {
            at++;
        }
        return at;
    }

    private int skipBack(int from, boolean blanks) {
        int at = from;
        while (at > 0 && Chars.isSpace(s.charAt(at - 1)) == blanks) {
            at--;
        }
        return at;
    }
}
