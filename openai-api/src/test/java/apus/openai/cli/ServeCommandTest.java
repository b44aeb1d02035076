package apus.openai.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code apus serve} in a JVM of its own. */
final class ServeCommandTest {
    private static final Pattern READY = Pattern.compile("serves (\\S+) at (http://\\S+)/v1,");
    @TempDir Path scratch;

    private final HttpClient client = HttpClient.newHttpClient();

    private Child serve(Map<String, String> environment, List<String> jvm, String... args)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvm);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.addAll(List.of("apus.openai.Main", "serve", "--kv-cache-memory", "16M"));
        command.addAll(List.of(args));
        Map<String, String> all = new HashMap<>(Map.of("PORT", "0"));
        all.putAll(environment);
        return Child.start(scratch, all, command);
    }

    private static final List<String> FLAGS = List.of("--add-modules", "jdk.incubator.vector");

    /** Waits until the model is loaded; the server's URL. */
    private static String ready(Child child) throws InterruptedException {
        child.awaitOut("Try it:");
        Matcher matcher = READY.matcher(child.out());
        assertTrue(matcher.find(), child.out());
        return matcher.group(2);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder chat(String url, String more) {
        String body =
                "{\"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}], \"temperature\": 0"
                        + more
                        + "}";
        return HttpRequest.newBuilder(URI.create(url + "/v1/chat/completions"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }

    @Test
    void backendThatCannotBeLoadedAndTheSelfCheckAreSaidAtTheStart() throws Exception {
        Path services = Files.createDirectories(scratch.resolve("more/META-INF/services"));
        Files.writeString(
                services.resolve("apus.kernels.ExecutorProvider"), "apus.missing.Provider");
        List<String> flags = new ArrayList<>(FLAGS);
        flags.add("-Xbootclasspath/a:" + scratch.resolve("more"));
        try (Child child = serve(Map.of(), flags, "--self-check")) {
            ready(child);
            assertTrue(child.out().contains("backend  cpu: "), child.out());
            assertTrue(child.out().contains("not used: a backend cannot be loaded: "), child.out());
            assertTrue(child.out().contains("apus.missing.Provider"), child.out());
            assertTrue(child.out().contains("checked  logits after 24 tokens"), child.out());
        }
    }

    @Test
    void servesTheDemoModelByDefaultAndEndsOnSigterm() throws Exception {
        try (Child child = serve(Map.of(), FLAGS)) {
            String url = ready(child);
            assertTrue(child.out().contains("serves apus-demo at"), child.out());
            assertTrue(child.out().contains("backend  cpu: "), child.out());
            assertTrue(child.out().contains("curl " + url + "/v1/chat/completions"), child.out());
            assertEquals(
                    200, send(HttpRequest.newBuilder(URI.create(url + "/health"))).statusCode());
            HttpResponse<String> answer = send(chat(url, ""));
            assertEquals(200, answer.statusCode(), answer.body());
            assertTrue(answer.body().contains("\"finish_reason\":\"stop\""), answer.body());

            child.process().destroy();
            assertEquals(143, child.exitCode(), child.err());
            assertFalse(child.err().contains("Exception"), child.err());
        }
    }

    @Test
    void quantisesPlainWeightsAndSaysWithWhatError() throws Exception {
        try (Child child = serve(Map.of("QUANTIZATION", "int8"), FLAGS)) {
            String url = ready(child);
            assertTrue(child.out().contains(" (int8, relative error 0.00"), child.out());
            HttpResponse<String> answer = send(chat(url, ""));
            assertEquals(200, answer.statusCode(), answer.body());
            assertTrue(answer.body().contains("\"finish_reason\":\"stop\""), answer.body());
        }
    }

    @Test
    void runningStreamEndsBeforeTheServerDoes() throws Exception {
        try (Child child = serve(Map.of(), FLAGS)) {
            String url = ready(child);
            String more = ", \"stream\": true, \"max_tokens\": 200, \"ignore_eos\": true";
            HttpResponse<InputStream> stream =
                    client.send(chat(url, more).build(), HttpResponse.BodyHandlers.ofInputStream());
            BufferedReader lines =
                    new BufferedReader(
                            new InputStreamReader(stream.body(), StandardCharsets.UTF_8));
            assertTrue(lines.readLine().startsWith("data: "));
            child.process().destroy();

            List<String> events = lines.lines().filter(l -> l.startsWith("data: ")).toList();
            assertEquals("data: [DONE]", events.getLast());
            assertTrue(
                    events.stream().anyMatch(e -> e.contains("\"finish_reason\":\"length\"")),
                    events.toString());
            assertEquals(143, child.exitCode(), child.err());
        }
    }

    @Test
    void signalReachesTheServerBehindASecondStart() throws Exception {
        try (Child child = serve(Map.of(), List.of())) {
            String url = ready(child);
            ProcessHandle second = child.process().descendants().findFirst().orElseThrow();

            child.process().destroy();
            assertEquals(143, child.exitCode(), child.err());
            assertFalse(second.isAlive());
            assertTrue(child.err().contains("apus: stopping"), child.err());
            assertTrue(url.startsWith("http://127.0.0.1:"), url);
        }
    }

    @Test
    void servedNamesAndKeysComeFromTheEnvironment() throws Exception {
        Map<String, String> environment =
                Map.of(
                        "MODEL_NAME", System.getProperty("apus.demoModel"),
                        "OPENAI_SERVED_MODEL_NAME_OVERRIDE", "mistral:latest",
                        "API_KEY", "k1");
        try (Child child = serve(environment, FLAGS)) {
            String url = ready(child);
            URI models = URI.create(url + "/v1/models");
            assertEquals(401, send(HttpRequest.newBuilder(models)).statusCode());
            HttpResponse<String> listed =
                    send(HttpRequest.newBuilder(models).header("Authorization", "Bearer k1"));
            assertTrue(listed.body().contains("\"id\":\"mistral:latest\""), listed.body());
            assertFalse(child.out().contains("k1"), child.out());
            assertFalse(child.err().contains("k1"), child.err());
        }
    }

    @Test
    void modelThatCannotBeOpenedEndsTheServerWithOneSentence() throws Exception {
        Files.writeString(scratch.resolve("config.json"), "{\"architectures\": [\"Nonesuch\"]}");
        try (Child child = serve(Map.of(), FLAGS, "--model", scratch.toString())) {
            assertEquals(1, child.exitCode(), child.err());
            assertTrue(child.err().contains("apus: "), child.err());
            assertFalse(child.err().contains("\tat "), child.err());
        }
    }

    @Test
    void networkWithoutAKeyIsRefused() throws Exception {
        try (Child child = serve(Map.of("HOST", "0.0.0.0"), FLAGS)) {
            assertEquals(2, child.exitCode(), child.err());
            assertTrue(child.err().contains("ALLOW_UNAUTHENTICATED"), child.err());
        }
    }

    @Test
    void portThatIsTakenIsOneSentence() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Child child = serve(Map.of("PORT", "" + taken.getLocalPort()), FLAGS)) {
            assertEquals(2, child.exitCode(), child.err());
            assertTrue(child.err().contains("choose another with --host and --port"), child.err());
            assertFalse(child.err().contains("\tat "), child.err());
        }
    }
}
