package apus.openai.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ChatCommandTest {
    private static final Map<String, String> ENVIRONMENT =
            Map.of("MODEL_NAME", System.getProperty("apus.demoModel"), "KV_CACHE_MEMORY", "16M");

    private static List<String> answers(String input, String... flags) {
        FakeTerminal terminal = new FakeTerminal(ENVIRONMENT, input);
        String[] args = new String[flags.length + 1];
        args[0] = "chat";
        System.arraycopy(flags, 0, args, 1, flags.length);
        assertEquals(0, terminal.run(args), terminal.err());
        return terminal.out().lines().toList();
    }

    @Test
    void everyLineOfThePipeIsAnswered() {
        List<String> answers =
                answers("Hello!\n\nWhat is your name?", "--temperature", "0", "--max-tokens", "8");

        assertEquals(2, answers.size(), answers.toString());
        assertFalse(answers.getFirst().isBlank());
    }

    @Test
    void conversationIsKeptUntilReset() {
        String question = "What is your name?\n";
        List<String> answers =
                answers(
                        "Hello! Tell me about the sea.\n" + question + "/reset\n" + question,
                        "--temperature",
                        "0",
                        "--max-tokens",
                        "24");
        List<String> alone = answers(question, "--temperature", "0", "--max-tokens", "24");

        assertNotEquals(alone.getFirst(), answers.get(1));
        assertEquals(alone.getFirst(), answers.getLast());
    }

    @Test
    void quitLeavesTheRestUnread() {
        assertEquals(
                1, answers("Hello!\n/quit\nHello?\n", "--max-tokens", "2", "--seed", "1").size());
    }

    @Test
    void seedMakesAChatRepeatable() {
        String[] flags = {"--temperature", "1.5", "--max-tokens", "12", "--seed", "11"};

        assertEquals(answers("Hello!", flags), answers("Hello!", flags));
    }

    @Test
    void conversationBeyondTheContextSaysWhatToDoAndGoesOn() {
        FakeTerminal terminal = new FakeTerminal(ENVIRONMENT, "word ".repeat(2000) + "\nHello!\n");

        assertEquals(0, terminal.run("chat", "--max-tokens", "2", "--temperature", "0"));
        assertTrue(terminal.err().contains("/reset"), terminal.err());
        assertEquals(1, terminal.out().lines().count(), terminal.out());
    }
}
