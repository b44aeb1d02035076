package apus.openai.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Check 146 of the contract: langchain4j, which asks for usage in its streams by itself. */
@Timeout(120)
class LangChain4jTest {
    private static final ChatRequest QUESTION =
            ChatRequest.builder()
                    .messages(UserMessage.from("What is the capital of France?"))
                    .build();

    private static TestApi api;

    @BeforeAll
    static void start() {
        api = TestApi.demo();
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static OpenAiChatModel model(double topP) {
        return OpenAiChatModel.builder()
                .baseUrl(api.url() + "/v1")
                .apiKey("none")
                .modelName("apus-demo")
                .temperature(0.0)
                .topP(topP)
                .timeout(Duration.ofMinutes(1))
                .maxRetries(0)
                .build();
    }

    private static void assertAnswer(ChatResponse answer) {
        assertTrue(answer.aiMessage().text().contains("Paris"), answer.toString());
        assertEquals(FinishReason.STOP, answer.finishReason());
        assertTrue(answer.id().startsWith("chatcmpl-"), answer.id());
        assertEquals(
                answer.tokenUsage().totalTokenCount(),
                answer.tokenUsage().inputTokenCount() + answer.tokenUsage().outputTokenCount());
        assertTrue(answer.tokenUsage().outputTokenCount() > 1, answer.toString());
    }

    @Test
    void check146_aChatIsAnswered() {
        assertAnswer(model(1).chat(QUESTION));
    }

    @Test
    void check146_aStreamIsReadToItsEndWithUsage() throws Exception {
        OpenAiStreamingChatModel model =
                OpenAiStreamingChatModel.builder()
                        .baseUrl(api.url() + "/v1")
                        .apiKey("none")
                        .modelName("apus-demo")
                        .temperature(0.0)
                        .timeout(Duration.ofMinutes(1))
                        .build();
        StringBuilder joined = new StringBuilder();
        CompletableFuture<ChatResponse> end = new CompletableFuture<>();
        model.chat(
                QUESTION,
                new StreamingChatResponseHandler() {
                    @Override
                    public void onPartialResponse(String text) {
                        joined.append(text);
                    }

                    @Override
                    public void onCompleteResponse(ChatResponse response) {
                        end.complete(response);
                    }

                    @Override
                    public void onError(Throwable error) {
                        end.completeExceptionally(error);
                    }
                });
        ChatResponse answer = end.get(60, TimeUnit.SECONDS);

        assertAnswer(answer);
        assertEquals(answer.aiMessage().text(), joined.toString());
        assertEquals(model(1).chat(QUESTION).aiMessage().text(), joined.toString());
    }

    @Test
    void itsOwnExceptionIsRaised() {
        InvalidRequestException bad =
                assertThrows(InvalidRequestException.class, () -> model(2).chat(QUESTION));
        assertTrue(bad.getMessage().contains("top_p"), bad.getMessage());
    }
}
