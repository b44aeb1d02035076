package apus.format.token;

import java.text.Normalizer.Form;

/**
 * One of Unicode's normal forms, by the tables that the reference has (those of the crate
 * unicode-normalization-alignments 0.1.12): to them a character that is younger is one without a
 * decomposition, and nothing is moved past it.
 */
record NormalForm(Form form) implements Normalizer {
    @Override
    public String apply(String text) {
        int firstChanged =
                switch (form) {
                    case NFC -> 0x300;
                    case NFD -> 0xC0;
                    case NFKC, NFKD -> 0xA0;
                };
        int i = 0;
        while (i < text.length() && text.charAt(i) < firstChanged) {
            i++;
        }
        return i == text.length() ? text : between(text);
    }

    private String between(String text) {
        StringBuilder out = null;
        int done = 0;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            int next = i + Character.charCount(c);
            if (late(c)) {
                if (out == null) {
                    out = new StringBuilder(text.length() + 16);
                }
                out.append(java.text.Normalizer.normalize(text.substring(done, i), form))
                        .appendCodePoint(c);
                done = next;
            }
            i = next;
        }
        String rest = java.text.Normalizer.normalize(text.substring(done), form);
        return out == null ? rest : out.append(rest).toString();
    }

    /** Whether a character that normal forms change is younger than the reference's tables. */
    static boolean late(int c) {
        return false;
    }
}
