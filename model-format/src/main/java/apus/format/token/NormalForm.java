package apus.format.token;

import java.text.Normalizer.Form;

/**
 * One of Unicode's normal forms, by the tables that the reference has: to those a younger character
 * is one without a decomposition, and nothing is moved past it.
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
            if (ReferenceUnicode.WITHOUT_FORMS.get(c)) {
                if (out == null) {
                    out = new StringBuilder(text.length() + 16);
                }
                out.append(normalized(text.substring(done, i))).appendCodePoint(c);
                done = next;
            }
            i = next;
        }
        String rest = normalized(text.substring(done));
        return out == null ? rest : out.append(rest).toString();
    }

    private String normalized(String text) {
        if (!CombiningOrder.needed(text)) {
            return java.text.Normalizer.normalize(text, form);
        }
        return switch (form) {
            case NFD, NFKD -> CombiningOrder.decomposed(text, form);
            // Of a text decomposed already nothing is put in another place.
            case NFC ->
                    java.text.Normalizer.normalize(
                            CombiningOrder.decomposed(text, Form.NFD), Form.NFC);
            case NFKC ->
                    java.text.Normalizer.normalize(
                            CombiningOrder.decomposed(text, Form.NFKD), Form.NFC);
        };
    }
}
