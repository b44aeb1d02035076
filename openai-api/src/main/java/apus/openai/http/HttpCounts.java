package apus.openai.http;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** How many requests were answered, by route and status. Thread-safe. */
final class HttpCounts {
    /** Route of a request whose path is none, or that Helidon refused. Never a client's text. */
    static final String OTHER = "other";

    record Key(String route, int status) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int byRoute = route.compareTo(other.route);
            return byRoute != 0 ? byRoute : Integer.compare(status, other.status);
        }
    }

    private final Map<Key, LongAdder> counts = new ConcurrentHashMap<>();

    void add(String route, int status) {
        counts.computeIfAbsent(new Key(route, status), _ -> new LongAdder()).increment();
    }

    Map<Key, Long> snapshot() {
        Map<Key, Long> now = new TreeMap<>();
        counts.forEach((key, count) -> now.put(key, count.sum()));
        return now;
    }
}
