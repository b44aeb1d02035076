package apus.runtime.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DemoTemplateTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static Map<String, Object> read(String property, String file) throws IOException {
        Path path = Path.of(System.getProperty(property), file);
        return JSON.readValue(path.toFile(), new TypeReference<LinkedHashMap<String, Object>>() {});
    }

    @Test
    void everyChatOfTheDemoModelRendersAsTheReferenceDoes() throws IOException {
        Map<String, Object> config = read("apus.demoModel", "tokenizer_config.json");
        ChatTemplate template = ChatTemplate.compile((String) config.get("chat_template"));
        List<?> prompts = (List<?>) read("apus.testdata", "apus-demo/golden.json").get("prompts");
        int chats = 0;
        for (Object prompt : prompts) {
            Map<?, ?> golden = (Map<?, ?>) prompt;
            if (!golden.get("kind").equals("chat")) {
                continue;
            }
            Map<String, Object> variables = new LinkedHashMap<>();
            variables.put("messages", golden.get("messages"));
            variables.put("tools", golden.get("tools"));
            variables.put("bos_token", config.get("bos_token"));
            variables.put("eos_token", config.get("eos_token"));
            assertEquals(
                    golden.get("rendered"),
                    ChatFormat.render(template, variables, true, false),
                    "prompt " + golden.get("id"));
            chats++;
        }
        assertEquals(33, chats, "40 prompts, of which 7 are plain completions");
        assertTrue(template.mentions("tools"));
        assertFalse(template.mentions("enable_thinking"));
    }

    /** The best of many: the machine may be busy with other things, the renderer is not. */
    @Test
    void aHundredMessagesRenderInWellUnderAMillisecondOnceWarm() throws IOException {
        Map<String, Object> config = read("apus.demoModel", "tokenizer_config.json");
        ChatTemplate template = ChatTemplate.compile((String) config.get("chat_template"));
        List<Object> messages = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String role = i == 0 ? "system" : i % 2 == 1 ? "user" : "assistant";
            messages.add(Map.of("role", role, "content", ("Message " + i + ". ").repeat(30)));
        }
        Map<String, Object> variables =
                Map.of("messages", messages, "bos_token", config.get("bos_token"));
        int length = 0;
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 2000; i++) {
            long start = System.nanoTime();
            length = ChatFormat.render(template, variables, true, false).length();
            best = Math.min(best, System.nanoTime() - start);
        }
        System.out.printf("100 messages, %d characters: %d us%n", length, best / 1000);
        assertTrue(best < 1_000_000, "best of 2000: " + best + " ns");
    }
}
