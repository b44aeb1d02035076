package apus.format.token;

import java.text.Normalizer.Form;
import java.util.List;

/** What is done to text before it is cut. */
sealed interface Normalizer {
    String apply(String text);

    /** One of Unicode's normal forms. */
    record Unicode(Form form) implements Normalizer {
        @Override
        public String apply(String text) {
            return java.text.Normalizer.normalize(text, form);
        }
    }

    /** Something in front of a text that is not empty. */
    record Prepend(String prefix) implements Normalizer {
        @Override
        public String apply(String text) {
            return text.isEmpty() ? text : prefix + text;
        }
    }

    /** A literal text by another, everywhere. */
    record Replace(String target, String replacement) implements Normalizer {
        @Override
        public String apply(String text) {
            return text.replace(target, replacement);
        }
    }

    /** Two spaces or more by one text. */
    record RunOfSpaces(String replacement) implements Normalizer {
        @Override
        public String apply(String text) {
            if (!text.contains("  ")) {
                return text;
            }
            StringBuilder out = new StringBuilder();
            for (int i = 0; i < text.length(); ) {
                int end = i;
                while (end < text.length() && text.charAt(end) == ' ') {
                    end++;
                }
                if (end - i > 1) {
                    out.append(replacement);
                    i = end;
                } else {
                    out.append(text.charAt(i++));
                }
            }
            return out.toString();
        }
    }

    /** One after another; an empty list does nothing. */
    record Chain(List<Normalizer> steps) implements Normalizer {
        @Override
        public String apply(String text) {
            String result = text;
            for (Normalizer step : steps) {
                result = step.apply(result);
            }
            return result;
        }
    }
}
