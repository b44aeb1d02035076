package apus.openai.generate;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A row of the parameter table: a request field by name, where it exists, how it is read, what it
 * is when absent or null, and what the server does with it. Two rows may share a name if they
 * belong to different endpoints.
 *
 * @param <T> type of the value read
 */
final class Param<T> {
    /** What becomes of a field. */
    enum Status {
        HONOURED("honoured"),
        IGNORED("accepted, ignored"),
        UNBUILT("refused until built"),
        REFUSED("refused");

        private final String label;

        Status(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    private final String name;
    private final Kind<T> kind;
    private final Status status;
    private final Set<Endpoint> endpoints;
    private final Map<Endpoint, T> defaults;
    private final String defaultText;
    private final boolean overridable;
    private final String note;

    private Param(
            String name,
            Kind<T> kind,
            Status status,
            Set<Endpoint> endpoints,
            Map<Endpoint, T> defaults,
            String defaultText,
            boolean overridable,
            String note) {
        this.name = name;
        this.kind = kind;
        this.status = status;
        this.endpoints = endpoints;
        this.defaults = defaults;
        this.defaultText = defaultText;
        this.overridable = overridable;
        this.note = note;
    }

    /** A field of both endpoints without a default. */
    static <T> Param<T> honoured(String name, Kind<T> kind) {
        return of(name, kind, Status.HONOURED);
    }

    /** A field that is checked and then has no effect. */
    static <T> Param<T> ignored(String name, Kind<T> kind) {
        return of(name, kind, Status.IGNORED);
    }

    /** A field that will be honoured one day: until then its reader refuses what has a meaning. */
    static <T> Param<T> unbuilt(String name, Kind<T> kind) {
        return of(name, kind, Status.UNBUILT);
    }

    /** A field whose reader refuses everything, or all but values that mean nothing. */
    static <T> Param<T> refused(String name, Kind<T> kind) {
        return of(name, kind, Status.REFUSED);
    }

    private static <T> Param<T> of(String name, Kind<T> kind, Status status) {
        return new Param<>(
                name, kind, status, EnumSet.allOf(Endpoint.class), Map.of(), "none", false, "");
    }

    /** The same for one endpoint. */
    Param<T> only(Endpoint endpoint) {
        return new Param<>(
                name, kind, status, EnumSet.of(endpoint), defaults, defaultText, overridable, note);
    }

    /** The same with a default. */
    Param<T> otherwise(T value) {
        return otherwise(value, value);
    }

    /** The same with a default for each endpoint. */
    Param<T> otherwise(T chat, T completion) {
        EnumMap<Endpoint, T> values = new EnumMap<>(Endpoint.class);
        values.put(Endpoint.CHAT, chat);
        values.put(Endpoint.COMPLETION, completion);
        String text =
                chat.equals(completion)
                        ? show(chat)
                        : show(chat) + " (chat), " + show(completion) + " (completions)";
        return new Param<>(name, kind, status, endpoints, values, text, overridable, note);
    }

    /** The same without a fixed default: words for what an absent field means. */
    Param<T> absentMeans(String words) {
        return new Param<>(name, kind, status, endpoints, Map.of(), words, overridable, note);
    }

    /** The same, and the server's owner may set another default. */
    Param<T> overridable() {
        return new Param<>(name, kind, status, endpoints, defaults, defaultText, true, note);
    }

    /** The same with a remark for the documentation. */
    Param<T> note(String text) {
        return new Param<>(name, kind, status, endpoints, defaults, defaultText, overridable, text);
    }

    private static String show(Object value) {
        return value instanceof Double d ? Kind.plain(d) : "`" + value + "`";
    }

    String name() {
        return name;
    }

    Kind<T> kind() {
        return kind;
    }

    Status status() {
        return status;
    }

    Set<Endpoint> endpoints() {
        return endpoints;
    }

    /** The value of a request that does not say. */
    Optional<T> fallback(Endpoint endpoint) {
        return Optional.ofNullable(defaults.get(endpoint));
    }

    String defaultText() {
        return defaultText;
    }

    boolean isOverridable() {
        return overridable;
    }

    String note() {
        return note;
    }

    T read(Value value) {
        return Objects.requireNonNull(kind.reader().read(value), name);
    }

    @Override
    public String toString() {
        return name;
    }
}
