package apus.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.openai.http.ApiServer;
import apus.runtime.Engine;
import apus.runtime.EngineOptions;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's examples do what it says. The Node one is the business of .ci/node. */
final class ReadmeExamplesTest {
    private static final Path DEMO = Path.of(System.getProperty("apus.demoModel"));
    private static final JsonMapper JSON = new JsonMapper();

    private static Engine engine;
    private static ApiServer server;

    @TempDir Path scratch;

    @BeforeAll
    static void start() {
        engine = Engine.open(DEMO, EngineOptions.builder().kvCacheBytes(16 << 20).build());
        ServedModel model = new ServedModel();
        model.ready(engine);
        server =
                ApiServer.start(
                        HttpSettings.builder().port(0).build(), ApiSettings.defaults(), model);
    }

    @AfterAll
    static void stop() {
        server.close();
        engine.close();
    }

    private static String block(String language) throws IOException {
        Path readme = Path.of(System.getProperty("apus.testdata")).resolveSibling("README.md");
        Matcher matcher =
                Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                        .matcher(Files.readString(readme));
        assertTrue(matcher.find(), "README.md has no " + language + " example");
        return matcher.group(1);
    }

    private static String found(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern, Pattern.DOTALL).matcher(text);
        assertTrue(matcher.find(), pattern + " is not in: " + text);
        return matcher.group(1);
    }

    private static HttpRequest.Builder request(String url, String body) {
        String here = url.replace("127.0.0.1:8000", "127.0.0.1:" + server.port());
        return HttpRequest.newBuilder(URI.create(here))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }

    private static String send(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> response =
                HttpClient.newHttpClient()
                        .send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertEquals(200, response.statusCode(), response.body());
        return response.body();
    }

    @Test
    void curlExampleIsAnswered() throws Exception {
        String curl = block("bash");
        String url = found(curl, "curl (\\S+)");
        assertTrue(curl.contains("-H 'Content-Type: application/json'"));

        JsonNode answer = JSON.readTree(send(request(url, found(curl, "-d '(.*)'"))));

        String text = answer.at("/choices/0/message/content").textValue();
        assertTrue(text.contains("Paris"), text);
    }

    /** As the SDK sends it: its arguments as JSON, and Accept: application/json for a stream. */
    @Test
    void pythonExampleStreams() throws Exception {
        String python = block("python");
        String base = found(python, "base_url=\"([^\"]+)\"");
        ObjectNode body = JSON.createObjectNode();
        Matcher arguments =
                Pattern.compile("(?m)^    (\\w+)=(.+),$")
                        .matcher(found(python, "completions\\.create\\((.*?)\n\\)"));
        while (arguments.find()) {
            String value = arguments.group(2).replace("True", "true");
            body.set(arguments.group(1), JSON.readTree(value));
        }
        assertTrue(body.get("stream").booleanValue());

        String events =
                send(
                        request(base + "/chat/completions", body.toString())
                                .header("Accept", "application/json")
                                .header("Authorization", "Bearer unused")
                                .header("User-Agent", "OpenAI/Python 2.0.0")
                                .header("X-Stainless-Lang", "python")
                                .header("x-stainless-async", "false"));

        StringBuilder text = new StringBuilder();
        List<String> data =
                events.lines()
                        .filter(l -> l.startsWith("data: "))
                        .map(l -> l.substring(6))
                        .toList();
        for (String event : data.subList(0, data.size() - 1)) {
            // chunk.choices[0].delta.content or ""
            JsonNode choice = JSON.readTree(event).at("/choices/0");
            assertTrue(choice.isObject(), event);
            text.append(choice.at("/delta/content").asText(""));
        }
        assertEquals("[DONE]", data.getLast());
        assertTrue(text.toString().contains("fox"), text.toString());
    }

    @Test
    void javaExampleCompilesAndRuns() throws Exception {
        Path source = Files.writeString(scratch.resolve("Hello.java"), block("java"));
        String classPath = System.getProperty("java.class.path");
        assertEquals(
                0,
                ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, "-cp", classPath, source.toString()));
        Path out = scratch.resolve("out.txt");
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--add-modules",
                                "jdk.incubator.vector",
                                "-cp",
                                scratch + java.io.File.pathSeparator + classPath,
                                "Hello",
                                DEMO.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(out.toFile())
                        .start();
        try {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "still running");
            assertEquals(0, process.exitValue(), Files.readString(out));
            assertTrue(Files.readString(out).contains("Madrid"), Files.readString(out));
        } finally {
            process.destroyForcibly();
        }
    }
}
