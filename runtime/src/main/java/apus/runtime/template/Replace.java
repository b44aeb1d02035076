package apus.runtime.template;

/** Replacing and counting text in text. */
final class Replace {
    private Replace() {}

    /**
     * @param max so many replacements at most; all if negative
     */
    static String all(String s, String old, String with, int max, Run run) {
        StringBuilder out = new StringBuilder(s.length());
        int done = 0;
        int start = 0;
        if (old.isEmpty()) {
            // Before every character and at the end.
            while (max < 0 || done < max) {
                out.append(with);
                run.growing(out);
                done++;
                if (start >= s.length()) {
                    break;
                }
                int next = start + Character.charCount(s.codePointAt(start));
                out.append(s, start, next);
                start = next;
            }
        } else {
            while (max < 0 || done < max) {
                int at = Search.indexOf(s, old, start, run);
                if (at < 0) {
                    break;
                }
                out.append(s, start, at).append(with);
                run.growing(out);
                start = at + old.length();
                done++;
            }
        }
        return run.made(out.append(s, start, s.length()).toString());
    }

    static long count(String s, String part, Run run) {
        if (part.isEmpty()) {
            return CodePoints.length(s) + 1L;
        }
        long count = 0;
        for (int at = Search.indexOf(s, part, 0, run);
                at >= 0;
                at = Search.indexOf(s, part, at + part.length(), run)) {
            run.step();
            count++;
        }
        return count;
    }
}
