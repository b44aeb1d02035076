package apus.openai.http;

import apus.openai.ApiException;
import apus.openai.HttpSettings;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Refuses requests that name another host, where no key protects the server: a web page whose name
 * was made to resolve to this machine (DNS rebinding) sends its own name here.
 */
final class HostCheck {
    private final boolean on;
    private final Set<String> allowed = new HashSet<>();

    /**
     * @param on whether to check at all: on loopback, without keys
     */
    HostCheck(boolean on, HttpSettings settings) {
        this.on = on;
        allowed.add("localhost");
        allowed.add("127.0.0.1");
        allowed.add("[::1]");
        for (String host : settings.allowedHosts()) {
            allowed.add(host.toLowerCase(Locale.ROOT));
        }
    }

    /**
     * @param host value of the Host header
     * @throws ApiException 403
     */
    void check(String host) {
        String name = name(host.toLowerCase(Locale.ROOT));
        if (on && !allowed.contains(name) && !allowed.contains(host.toLowerCase(Locale.ROOT))) {
            throw ApiException.refused(
                    403,
                    "permission_error",
                    "forbidden",
                    "Host '%s' is not served here without an API key; start the server with it in"
                                    .formatted(Text.shortened(host))
                            + " --allowed-hosts, or with a key.");
        }
    }

    private static String name(String host) {
        int colon = host.lastIndexOf(':');
        return colon < 0 || host.endsWith("]") ? host : host.substring(0, colon);
    }
}
