package apus.runtime.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Looping over values, and counting them. */
final class Iteration {
    /** Some templates walk over every character of every message. */
    private static final String[] LATIN = new String[256];

    static {
        for (int c = 0; c < LATIN.length; c++) {
            LATIN[c] = Character.toString(c);
        }
    }

    private Iteration() {}

    /**
     * @throws TemplateException if the value cannot be looped over
     */
    static Iterator<?> over(Object value, Run run) {
        return switch (value) {
            case List<?> list -> list.iterator();
            case Map<?, ?> map -> map.keySet().iterator();
            case String s -> characters(s);
            case Markup m -> characters(m.text());
            case DictView view -> view.iterator();
            case Generator g -> g.items();
            case Undefined _ -> Collections.emptyIterator();
            case null, default ->
                    throw TemplateException.failed(
                            "'" + Types.name(value) + "' object is not iterable");
        };
    }

    static boolean isIterable(Object value) {
        return switch (value) {
            case List<?> _, Map<?, ?> _, String _, Markup _, DictView _, Generator _, Undefined _ ->
                    true;
            case null, default -> false;
        };
    }

    /** A new list of the elements. */
    static List<Object> list(Object value, Run run) {
        if (value instanceof List<?> list) {
            run.makingItems(list.size());
            return new ArrayList<>(list);
        }
        List<Object> items = new ArrayList<>();
        for (Iterator<?> it = over(value, run); it.hasNext(); ) {
            if (items.size() % 64 == 0) {
                run.makingItems(64);
            }
            items.add(it.next());
        }
        return items;
    }

    /** {@code len(value)}: code points of text, elements of the rest. */
    static int length(Object value, Run run) {
        return switch (value) {
            case String s -> length(s, run);
            case Markup m -> length(m.text(), run);
            case List<?> list -> list.size();
            case Map<?, ?> map -> map.size();
            case DictView view -> view.map().size();
            case Undefined _ -> 0;
            case null, default ->
                    throw TemplateException.failed(
                            "object of type '" + Types.name(value) + "' has no length");
        };
    }

    private static int length(String s, Run run) {
        run.steps(s.length() >> 8);
        return CodePoints.length(s);
    }

    private static Iterator<Object> characters(String s) {
        return new Iterator<>() {
            private int at;

            @Override
            public boolean hasNext() {
                return at < s.length();
            }

            @Override
            public Object next() {
                int start = at;
                char c = s.charAt(start);
                if (c < LATIN.length) {
                    at++;
                    return LATIN[c];
                }
                at += Character.charCount(s.codePointAt(at));
                return s.substring(start, at);
            }
        };
    }
}
