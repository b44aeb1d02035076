package apus.openai.generate;

import static apus.openai.generate.Endpoint.CHAT;
import static apus.openai.generate.Endpoint.COMPLETION;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.openai.ApiException;
import apus.openai.ApiSettings;
import apus.runtime.Stops;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ContextTest {
    private static final int CONTEXT = 100;

    private static int maxTokens(Endpoint endpoint, String members, int prompt) {
        return Context.maxTokens(Requests.with(endpoint, members), prompt, CONTEXT);
    }

    private static ApiException refused(Endpoint endpoint, String members, int prompt) {
        ApiException e = Requests.refused(() -> maxTokens(endpoint, members, prompt));
        assertEquals("context_length_exceeded", e.code());
        return e;
    }

    @Test
    void chatTakesWhatTheContextLeaves() {
        assertEquals(Stops.UNLIMITED, maxTokens(CHAT, "", 99));
        assertEquals("messages", refused(CHAT, "", 100).param());
    }

    @Test
    void aBoundOfTheRequestMustFit() {
        assertEquals(10, maxTokens(CHAT, "\"max_tokens\": 10", 90));
        assertEquals("max_tokens", refused(CHAT, "\"max_tokens\": 11", 90).param());
        assertEquals(
                "max_completion_tokens",
                refused(CHAT, "\"max_completion_tokens\": 9223372036854775807", 1).param());
        assertEquals("max_tokens", refused(COMPLETION, "\"max_tokens\": 11", 90).param());
    }

    @Test
    void aMinimumMustFitWhereNoMaximumIsGiven() {
        assertEquals(Stops.UNLIMITED, maxTokens(CHAT, "\"min_tokens\": 10", 90));
        ApiException e = Requests.refused(() -> maxTokens(CHAT, "\"min_tokens\": 11", 90));
        assertEquals("min_tokens", e.param());
    }

    @Test
    void theDefaultOfCompletionsIsCutToTheRoom() {
        assertEquals(16, maxTokens(COMPLETION, "", 84));
        assertEquals(5, maxTokens(COMPLETION, "", 95));
        assertEquals("prompt", refused(COMPLETION, "", 100).param());
    }

    @Test
    void scoringMayFillTheContext() {
        assertEquals(0, maxTokens(COMPLETION, "\"max_tokens\": 0", 100));
        ApiException e = refused(COMPLETION, "\"max_tokens\": 0", 101);
        assertTrue(e.getMessage().contains("100") && e.getMessage().contains("101"));
    }

    @Test
    void aDefaultOfTheServersIsCutToTheRoomToo() {
        ApiSettings settings =
                Requests.SETTINGS.change().overrideDefaults(Map.of("max_tokens", 50)).build();
        Params params =
                Requests.read(CHAT, Requests.body(CHAT, ""), settings, Requests.NO_DEFAULTS);

        assertEquals(50, Context.maxTokens(params, 10, CONTEXT));
        assertEquals(20, Context.maxTokens(params, 80, CONTEXT));
    }
}
