package apus.openai.generate;

import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/** The values of a request's fields: those sent, and defaults for the others. */
final class Params {
    private final Endpoint endpoint;
    private final Map<Param<?>, Object> sent;
    private final Map<Param<?>, Object> defaults;
    private final List<String> unknown;

    /**
     * @param sent fields that were there and not null
     * @param defaults where they differ from the table's
     * @param unknown names of fields that the table does not have
     */
    Params(
            Endpoint endpoint,
            Map<Param<?>, Object> sent,
            Map<Param<?>, Object> defaults,
            List<String> unknown) {
        this.endpoint = endpoint;
        this.sent = sent;
        this.defaults = defaults;
        this.unknown = unknown;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    /** Whether the request says so itself. */
    boolean sent(Param<?> param) {
        return sent.containsKey(param);
    }

    /** The value, or its default; empty if it has none. */
    <T> Optional<T> find(Param<T> param) {
        Object value = sent.getOrDefault(param, defaults.get(param));
        if (value == null) {
            return param.fallback(endpoint);
        }
        @SuppressWarnings("unchecked") // put there under its own row
        T typed = (T) value;
        return Optional.of(typed);
    }

    /** The value of a row that has a default. */
    <T> T get(Param<T> param) {
        return find(param).orElseThrow(() -> new NoSuchElementException("no default for " + param));
    }

    /** Fields without effect because nobody knows them. */
    List<String> unknown() {
        return unknown;
    }
}
