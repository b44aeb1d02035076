package apus.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TemplateChatTest {
    @Test
    void littleOfWhatATemplateRaisesIsSentBack() {
        Chat chat =
                new TemplateChat(
                        Optional.of("{{ raise_exception(messages[0].content) }}"),
                        FakeEngine.DEFAULTS);
        String content = "\uD83D\uDE00".repeat(400);
        RequestException e =
                assertThrows(
                        RequestException.class,
                        () ->
                                chat.render(
                                        new Conversation(
                                                List.of(Map.of("role", "user", "content", content)),
                                                List.of(),
                                                List.of(),
                                                true,
                                                false,
                                                Map.of())));
        assertEquals(RequestException.Reason.TEMPLATE, e.reason());
        assertTrue(e.getMessage().contains("\uD83D\uDE00..."), "cut between characters");
        assertTrue(e.getMessage().length() < 260, e.getMessage());
    }
}
