package apus.openai.generate;

import static apus.openai.generate.Endpoint.COMPLETION;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.format.token.Tokenizer;
import java.util.List;
import org.junit.jupiter.api.Test;

class PromptTest {
    private static final Tokenizer PLAIN = new FakeTokenizer("<s>");
    private static final Tokenizer FILLING =
            new FakeTokenizer("<s>", "<fim_prefix>", "<fim_suffix>", "<fim_middle>");

    private static CompletionPrompts prompts(Tokenizer tokenizer, String body) {
        return new CompletionPrompts(
                Requests.read(COMPLETION, body.replace('\'', '"')), tokenizer, 50);
    }

    private static Prompt only(Tokenizer tokenizer, String body) {
        return prompts(tokenizer, body).read().getFirst();
    }

    @Test
    void textsGetTheirAddedTokensAndIdsDoNot() {
        Prompt text = only(PLAIN, "{'prompt': 'Hi'}");
        Prompt bare = only(PLAIN, "{'prompt': 'Hi', 'add_special_tokens': false}");
        Prompt ids = only(PLAIN, "{'prompt': [72, 65]}");

        assertArrayEquals(new int[] {256, 'H', 'i'}, text.ids());
        assertEquals(1, text.addedBefore());
        assertEquals(0, text.addedBehind());
        assertArrayEquals(new int[] {'H', 'i'}, bare.ids());
        assertArrayEquals(new int[] {72, 65}, ids.ids());
        assertEquals("HA", ids.text());
    }

    @Test
    void severalPromptsStayApart() {
        List<Prompt> both = prompts(PLAIN, "{'prompt': [[72], [65, 66]]}").read();

        assertEquals(List.of("H", "AB"), both.stream().map(Prompt::text).toList());
    }

    @Test
    void aPromptWithoutTokensIsRefusedByItsPlace() {
        assertEquals(
                "prompt[1]",
                Requests.refused(() ->
                                prompts(PLAIN, "{'prompt': ['a', ''], 'add_special_tokens': false}")
                                        .read())
                        .param());
        assertEquals(1, only(PLAIN, "{'prompt': ''}").ids().length);
    }

    @Test
    void truncationCutsOneSideAndShowsWhatIsLeft() {
        Prompt left = only(PLAIN, "{'prompt': 'abcdef', 'truncate_prompt_tokens': 2}");
        Prompt right =
                only(
                        PLAIN,
                        "{'prompt': 'abcdef', 'truncate_prompt_tokens': 3, 'truncation_side': 'right'}");
        Prompt all = only(PLAIN, "{'prompt': 'abcdef', 'truncate_prompt_tokens': 99}");
        Prompt context =
                only(PLAIN, "{'prompt': '" + "x".repeat(80) + "', 'truncate_prompt_tokens': -1}");

        assertEquals("ef", left.text());
        assertEquals("ab", right.text());
        assertArrayEquals(new int[] {256, 'a', 'b'}, right.ids());
        assertEquals(7, all.ids().length);
        assertEquals(50, context.ids().length);
    }

    @Test
    void withTokensForItAGapIsFilled() {
        CompletionPrompts prompts = prompts(FILLING, "{'prompt': 'ab', 'suffix': 'c'}");

        assertArrayEquals(
                new int[] {256, 257, 'a', 'b', 258, 'c', 259}, prompts.read().getFirst().ids());
        assertEquals("", prompts.appended());
        assertArrayEquals(
                new int[] {257, 'a', 258, 'c', 259},
                only(FILLING, "{'prompt': 'a', 'suffix': 'c', 'add_special_tokens': false}").ids());
    }

    @Test
    void withoutThemTheSuffixIsAppended() {
        CompletionPrompts prompts = prompts(PLAIN, "{'prompt': 'ab', 'suffix': 'c'}");

        assertArrayEquals(new int[] {256, 'a', 'b'}, prompts.read().getFirst().ids());
        assertEquals("c", prompts.appended());
        assertEquals("", prompts(FILLING, "{'prompt': 'ab', 'suffix': ''}").appended());
        assertEquals("", prompts(FILLING, "{'prompt': 'ab'}").appended());
    }

    @Test
    void aGapGoesWithTextAndWithoutEcho() {
        for (String body :
                List.of(
                        "{'prompt': [1], 'suffix': 'c'}",
                        "{'prompt': 'a', 'suffix': 'c', 'echo': true}")) {
            assertEquals("suffix", Requests.refused(() -> prompts(FILLING, body).read()).param());
            assertEquals("c", prompts(PLAIN, body).appended());
        }
    }

    @Test
    void allSpellingsOfTheTokensAreKnown() {
        for (List<String> names :
                List.of(
                        List.of("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"),
                        List.of("<PRE>", "<SUF>", "<MID>"),
                        List.of("\u2581<PRE>", "\u2581<SUF>", "\u2581<MID>"))) {
            Tokenizer tokenizer =
                    new FakeTokenizer("<s>", names.get(0), names.get(1), names.get(2));
            assertTrue(FillInMiddle.of(tokenizer).isPresent(), names.toString());
        }
        assertTrue(FillInMiddle.of(new FakeTokenizer("<s>", "<PRE>", "<SUF>")).isEmpty());
    }
}
