package apus.openai.hub;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;

/** Where an address leads: scheme, host and port. A token is for one origin. */
record Origin(String scheme, String host, int port) {
    private static final Pattern LOOPBACK =
            Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[(::1|0:0:0:0:0:0:0:1)]");

    /** The address must be absolute, http or https, with a host. */
    static Origin of(URI uri) {
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        int port = uri.getPort() >= 0 ? uri.getPort() : scheme.equals("https") ? 443 : 80;
        return new Origin(scheme, uri.getHost().toLowerCase(Locale.ROOT), port);
    }

    boolean https() {
        return scheme.equals("https");
    }

    /** By name, without asking a name server: an answer could change between check and use. */
    boolean loopback() {
        return LOOPBACK.matcher(host).matches();
    }

    @Override
    public String toString() {
        boolean usual = port == (https() ? 443 : 80);
        return scheme + "://" + host + (usual ? "" : ":" + port);
    }
}
