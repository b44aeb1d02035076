package apus.openai.generate;

import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Logs the names of fields that had no effect, each once: a client that always sends one must not
 * fill the log, nor one that makes names up. Any thread.
 */
final class IgnoredFields {
    private static final System.Logger LOG = System.getLogger(IgnoredFields.class.getName());
    private static final int MAX_NAMES = 200;

    private final Set<String> seen = ConcurrentHashMap.newKeySet();

    /**
     * @param request names the first request with such a field
     * @param names as the client wrote them
     * @return how many were new
     */
    int log(String request, Collection<String> names) {
        int logged = 0;
        for (String name : names) {
            String shown = Quote.text(name);
            if (seen.size() < MAX_NAMES && seen.add(shown)) {
                logged++;
                LOG.log(
                        System.Logger.Level.INFO,
                        "request "
                                + request
                                + ": the unknown field '"
                                + shown
                                + "' has no effect (said once)");
            }
        }
        return logged;
    }
}
