package apus.openai.hub;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The addresses of the hub's REST API, and where a redirect leads. */
final class Addresses {
    private static final int MAX_LENGTH = 16_384;

    private final URI endpoint;

    Addresses(URI endpoint) {
        this.endpoint = endpoint;
    }

    static boolean isHttp(URI uri) {
        return "https".equalsIgnoreCase(uri.getScheme())
                || "http".equalsIgnoreCase(uri.getScheme());
    }

    /** Describes a revision: its commit and its files. */
    URI listing(Repository repository, Revision revision) {
        return URI.create(
                endpoint + "/api/models/" + repository + "/revision/" + encode(revision.text()));
    }

    /** A file's content, or the way to it. */
    URI file(Repository repository, String commit, String name) {
        return URI.create(endpoint + "/" + repository + "/resolve/" + commit + "/" + encode(name));
    }

    /** For people: where terms are accepted. */
    String page(Repository repository) {
        return endpoint + "/" + repository;
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /**
     * Where a redirect leads.
     *
     * @throws HubException if that is no web address, or would give up encryption
     */
    static URI redirect(URI from, String location) {
        // The location is not shown: it may hold a signature.
        URI to =
                parse(location)
                        .map(from::resolve)
                        .filter(u -> isHttp(u) && u.getHost() != null && u.getUserInfo() == null)
                        .orElseThrow(() ->
                                new HubException(
                                        Origin.of(from)
                                                + " redirects to something that is not a web address"));
        if (Origin.of(from).https() && !Origin.of(to).https()) {
            throw new HubException(
                    Origin.of(from)
                            + " redirects to "
                            + Origin.of(to)
                            + ", which is not encrypted; this is refused");
        }
        return to;
    }

    private static Optional<URI> parse(String location) {
        try {
            return location.length() > MAX_LENGTH
                    ? Optional.empty()
                    : Optional.of(new URI(location));
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }
}
