package apus.bench;

import apus.openai.HttpSettings;
import apus.openai.ServedModel;
import apus.openai.config.Configuration;
import apus.openai.http.ApiServer;
import apus.runtime.Engine;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;

/** A streamed completion over a socket, as a client has it. The engine stays the caller's. */
final class HttpRun implements AutoCloseable {
    private final ApiServer server;
    private final String name;
    private final HttpClient client = HttpClient.newHttpClient();

    HttpRun(Configuration configuration, Engine engine) {
        ServedModel model = new ServedModel();
        model.ready(engine);
        HttpSettings http = HttpSettings.builder().host("127.0.0.1").port(0).build();
        this.server = ApiServer.start(http, configuration.api(), model);
        this.name = configuration.api().servedNames().getFirst();
    }

    /** Events per second from the first to the last of so many tokens. */
    double tokensPerSecond(int[] prompt, int tokens) throws IOException, InterruptedException {
        ObjectNode body = new JsonMapper().createObjectNode();
        body.put("model", name).put("stream", true).put("temperature", 0);
        body.put("max_tokens", tokens)
                .put("ignore_eos", true)
                .put("return_tokens_as_token_ids", true);
        body.put("logprobs", 0);
        var ids = body.putArray("prompt");
        for (int id : prompt) {
            ids.add(id);
        }
        HttpRequest request =
                HttpRequest.newBuilder(
                                URI.create(server.addresses().getFirst() + "/v1/completions"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body.toString()))
                        .build();
        HttpResponse<InputStream> response = client.send(request, BodyHandlers.ofInputStream());
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            return rate(response.statusCode(), lines, tokens);
        }
    }

    private static double rate(int status, BufferedReader lines, int tokens) throws IOException {
        long first = 0;
        long last = 0;
        int events = 0;
        StringBuilder other = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.contains("\"token_id:")) {
                last = System.nanoTime();
                first = events++ == 0 ? last : first;
            } else if (!line.startsWith("data: ") && !line.isEmpty()) {
                other.append(line);
            }
        }
        if (events != tokens) {
            throw new IOException(
                    "status " + status + ", " + events + " of " + tokens + " tokens: " + other);
        }
        return (events - 1) / ((last - first) / 1e9);
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
