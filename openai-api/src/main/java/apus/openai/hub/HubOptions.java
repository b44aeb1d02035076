package apus.openai.hub;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which hub, as whom, and where files go.
 *
 * @param endpoint base address, without a slash at its end
 * @param token sent to the endpoint alone
 * @param cache folder with the shared layout, made if need be
 * @param offline whether to stay off the network
 * @param connections files fetched at a time
 * @param patience how long to try
 */
public record HubOptions(
        URI endpoint,
        Optional<Token> token,
        Path cache,
        boolean offline,
        int connections,
        Patience patience) {

    /** The public hub. */
    public static final URI PUBLIC = URI.create("https://huggingface.co");

    /** As many as the HuggingFace tools open: what hubs are used to. */
    public static final int CONNECTIONS = 8;

    public HubOptions {
        if (connections < 1) {
            throw new IllegalArgumentException("connections: " + connections);
        }
    }

    /**
     * Reads a base address.
     *
     * @return nothing if the text is not an absolute http or https address, or has a query or a
     *     user in it
     */
    public static Optional<URI> endpoint(String text) {
        try {
            URI uri = new URI(text.replaceAll("/+$", ""));
            boolean plain =
                    uri.getHost() != null
                            && uri.getUserInfo() == null
                            && uri.getQuery() == null
                            && uri.getFragment() == null;
            return plain && Addresses.isHttp(uri) ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }
}
