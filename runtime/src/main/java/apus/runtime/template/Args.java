package apus.runtime.template;

import java.util.Map;

/** The arguments of one call, evaluated. */
record Args(Object[] positional, Map<String, Object> named) {
    private static final Object[] NOTHING = {};
    static final Args NONE = new Args(NOTHING, Map.of());

    static Args of(Object... positional) {
        return new Args(positional, Map.of());
    }

    int count() {
        return positional.length;
    }
}
