package apus.openai.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionChoice;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.models.Model;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Checks 145 and 146 of the contract: the official Java client, with its validation of answers. */
class JavaClientTest {
    private static final String KEY = "sk-test-0123456789";
    private static final String MODEL = "org/demo-1";

    private static TestApi server;
    private static OpenAIClient client;

    @BeforeAll
    static void start() {
        server =
                TestApi.start(
                        TestApi.DEMO,
                        b -> b.apiKeys(List.of(KEY)),
                        b -> b.servedNames(List.of(MODEL, "demo:latest")),
                        TestApi.ENGINE);
        client = client(KEY);
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    private static OpenAIClient client(String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(server.url() + "/v1")
                .apiKey(key)
                .maxRetries(0)
                .responseValidation(true)
                .build();
    }

    private static OpenAIClient lenient() {
        return client.withOptions(o -> o.responseValidation(false));
    }

    private static ChatCompletionCreateParams.Builder chat() {
        return ChatCompletionCreateParams.builder()
                .model(MODEL)
                .addUserMessage("What is the capital of France?")
                .temperature(0);
    }

    @Test
    void check145_aChatIsAnswered() {
        ChatCompletion answer =
                client.chat()
                        .completions()
                        .create(chat().logprobs(true).topLogprobs(2).n(2).build());

        assertEquals(2, answer.choices().size());
        assertTrue(answer.choices().getFirst().message().content().orElseThrow().contains("Paris"));
        assertEquals(
                ChatCompletion.Choice.FinishReason.STOP,
                answer.choices().getFirst().finishReason());
        assertEquals(
                2,
                answer.choices()
                        .getFirst()
                        .logprobs()
                        .orElseThrow()
                        .content()
                        .orElseThrow()
                        .getFirst()
                        .topLogprobs()
                        .size());
        assertTrue(answer.usage().orElseThrow().promptTokens() > 5);
    }

    @Test
    void fieldsThatTheClientDoesNotKnowTravelToo() {
        ChatCompletion answer =
                client.chat()
                        .completions()
                        .create(
                                chat().temperature(1.9)
                                        .putAdditionalBodyProperty("top_k", JsonValue.from(1))
                                        .build());

        assertTrue(answer.choices().getFirst().message().content().orElseThrow().contains("Paris"));
    }

    @Test
    void check146_aStreamIsReadToItsEndWithUsage() {
        StringBuilder text = new StringBuilder();
        long usageChunks = 0;
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat()
                        .completions()
                        .createStreaming(
                                chat().streamOptions(
                                                ChatCompletionStreamOptions.builder()
                                                        .includeUsage(true)
                                                        .build())
                                        .build())) {
            for (Iterator<ChatCompletionChunk> it = stream.stream().iterator(); it.hasNext(); ) {
                ChatCompletionChunk chunk = it.next();
                assertEquals(MODEL, chunk.model());
                chunk.choices().forEach(choice -> choice.delta().content().ifPresent(text::append));
                usageChunks += chunk.usage().isPresent() ? 1 : 0;
            }
        }

        assertTrue(text.toString().contains("Paris"), text.toString());
        assertEquals(1, usageChunks);
    }

    @Test
    void aCompletionIsAnsweredAndStreamed() {
        CompletionCreateParams params =
                CompletionCreateParams.builder()
                        .model(MODEL)
                        .prompt("The capital of France is")
                        .temperature(0)
                        .maxTokens(8)
                        .echo(true)
                        .build();
        Completion whole = client.completions().create(params);
        StringBuilder streamed = new StringBuilder();
        // The client's validation wants a finish_reason in every chunk, which the API gives in none
        // but the last.
        try (StreamResponse<Completion> stream = lenient().completions().createStreaming(params)) {
            stream.stream()
                    .forEach(c -> c.choices().forEach(choice -> streamed.append(choice.text())));
        }

        assertTrue(whole.choices().getFirst().text().startsWith("The capital of France is Paris"));
        assertEquals(whole.choices().getFirst().text(), streamed.toString());
    }

    @Test
    void logprobsOfAnEchoAreReadThoughTheFirstIsNull() {
        // The client's validation trips over the null that the API itself puts there.
        CompletionChoice choice =
                lenient()
                        .completions()
                        .create(
                                CompletionCreateParams.builder()
                                        .model(MODEL)
                                        .prompt("The capital of France is")
                                        .maxTokens(2)
                                        .logprobs(2)
                                        .echo(true)
                                        .build())
                        .choices()
                        .getFirst();

        assertEquals(
                choice.logprobs().orElseThrow().tokens().orElseThrow().size(),
                choice.logprobs().orElseThrow().textOffset().orElseThrow().size());
    }

    @Test
    void modelsAreListedAndRetrieved() {
        List<Model> models = client.models().list().data();

        assertEquals(List.of(MODEL, "demo:latest"), models.stream().map(Model::id).toList());
        assertEquals(MODEL, client.models().retrieve(MODEL).id());
        assertEquals("demo:latest", client.models().retrieve("demo:latest").id());
    }

    @Test
    void itsOwnExceptionsAreRaised() {
        BadRequestException bad =
                assertThrows(
                        BadRequestException.class,
                        () -> client.chat().completions().create(chat().topP(2.0).build()));
        assertEquals("top_p", bad.param().orElseThrow());
        assertEquals("invalid_value", bad.code().orElseThrow());
        assertThrows(
                NotFoundException.class,
                () -> client.chat().completions().create(chat().model("other").build()));
        assertThrows(NotFoundException.class, () -> client.models().retrieve("other"));
        OpenAIClient stranger = client("sk-wrong");
        try {
            assertThrows(
                    UnauthorizedException.class,
                    () -> stranger.chat().completions().create(chat().build()));
        } finally {
            stranger.close();
        }
    }

    @Test
    void closingItsStreamEndsTheWork() throws Exception {
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat()
                        .completions()
                        .createStreaming(
                                chat().maxCompletionTokens(900)
                                        .putAdditionalBodyProperty(
                                                "ignore_eos", JsonValue.from(true))
                                        .build())) {
            assertTrue(stream.stream().iterator().hasNext());
            assertEquals(1, server.engine().stats().running());
        }
        long end = System.nanoTime() + 2_000_000_000L;
        while (server.engine().stats().running() > 0) {
            assertFalse(System.nanoTime() > end, "still running");
            Thread.sleep(10);
        }
    }
}
