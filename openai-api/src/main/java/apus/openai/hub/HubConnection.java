package apus.openai.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Requests to the hub and to where it redirects. Redirects are followed here and not by the JDK's
 * client, because that client would send the Authorization header along: to whom the token goes is
 * decided in this class alone. Thread-safe.
 */
final class HubConnection implements AutoCloseable {
    private static final int MAX_REDIRECTS = 5;
    private static final String USER_AGENT = "apus";

    private final HttpClient client;
    private final StallGuard guard;
    private final Origin home;
    private final Optional<Token> token;
    private final Patience patience;

    /**
     * @param token for the endpoint; already known to be allowed there
     */
    HubConnection(URI endpoint, Optional<Token> token, Patience patience) {
        this.home = Origin.of(endpoint);
        this.token = token;
        this.patience = patience;
        this.guard = new StallGuard(patience.silence());
        this.client =
                HttpClient.newBuilder()
                        // HTTP/2 would put all files on one connection, and one window.
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(patience.connect())
                        .build();
    }

    /** Headers that only some origin may see or would understand. */
    @FunctionalInterface
    interface HeadersFor extends Function<Origin, Map<String, String>> {}

    /** GET, redirects followed to the end. */
    Answer get(URI uri, HeadersFor headers) throws IOException, InterruptedException {
        return send("GET", uri, headers, answer -> false);
    }

    /**
     * HEAD, redirects followed unless the redirect itself tells what is behind it.
     *
     * @param tells whether a redirecting answer is enough
     */
    Answer head(URI uri, Predicate<Answer> tells) throws IOException, InterruptedException {
        return send("HEAD", uri, origin -> Map.of(), tells);
    }

    private Answer send(String method, URI start, HeadersFor headers, Predicate<Answer> enough)
            throws IOException, InterruptedException {
        URI uri = start;
        boolean atHome = true;
        for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
            // Once a chain has left the endpoint it stays without token, even if it leads back:
            // whoever it led to would choose where the token goes.
            atHome &= Origin.of(uri).equals(home);
            Answer answer = send(method, uri, atHome, headers.apply(Origin.of(uri)));
            if (!answer.redirects() || enough.test(answer)) {
                return answer;
            }
            answer.close();
            uri =
                    Addresses.redirect(
                            uri,
                            answer.header("Location")
                                    .orElseThrow(() ->
                                            new HubException(
                                                    Origin.of(answer.uri())
                                                            + " redirects without saying where")));
        }
        throw new HubException(
                Origin.of(start) + " redirects more than " + MAX_REDIRECTS + " times");
    }

    private Answer send(String method, URI uri, boolean atHome, Map<String, String> headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri)
                        .method(method, BodyPublishers.noBody())
                        .timeout(patience.silence())
                        .setHeader("User-Agent", USER_AGENT)
                        // Lengths and hashes are those of the file itself.
                        .setHeader("Accept-Encoding", "identity");
        headers.forEach(request::setHeader);
        if (atHome) {
            token.ifPresent(t -> request.setHeader("Authorization", t.header()));
        }
        try {
            HttpResponse<InputStream> response =
                    client.send(request.build(), BodyHandlers.ofInputStream());
            return new Answer(
                    uri, response.statusCode(), response.headers(), guard.watch(response.body()));
        } catch (ConnectException | HttpConnectTimeoutException e) {
            // Their messages name neither host nor cause.
            throw new TransientFailure(Origin.of(uri) + " cannot be reached", Duration.ZERO);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        guard.close();
    }
}
