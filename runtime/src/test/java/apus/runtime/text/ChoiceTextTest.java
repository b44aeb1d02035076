package apus.runtime.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import apus.format.token.Tokenizer;
import apus.runtime.Stops;
import apus.runtime.TokenLogprobs;
import apus.runtime.sample.Logprobs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ChoiceTextTest {
    private static final Tokenizer GPT2 = Pack.GPT2.tokenizer;
    private static final Tokenizer LLAMA2 = Pack.LLAMA2.tokenizer;

    /** Pushes tokens with their numbers as log-probabilities; collects what comes out. */
    private static final class Run {
        final ChoiceText choice;
        final StringBuilder text = new StringBuilder();
        final List<Integer> shown = new ArrayList<>();
        int pushed;

        Run(Tokenizer tokenizer, boolean skipSpecialTokens, Stops stops) {
            choice = new ChoiceText(tokenizer, skipSpecialTokens, stops);
        }

        Run(Tokenizer tokenizer, String... stops) {
            this(tokenizer, true, Stops.builder().strings(List.of(stops)).build());
        }

        Run push(int... ids) {
            for (int id : ids) {
                push(id, true, true);
            }
            return this;
        }

        Run push(int id, boolean visible, boolean armed) {
            TokenLogprobs number = new TokenLogprobs(pushed++, -1, 1, new int[0], new float[0]);
            choice.push(id, visible, number, true, armed);
            return take();
        }

        Run finish() {
            choice.finish();
            return take();
        }

        private Run take() {
            text.append(choice.takeText());
            choice.takeLogprobs().forEach(l -> shown.add(l.id()));
            return this;
        }

        void gave(String wantedText, Integer... wantedShown) {
            assertEquals(wantedText, text.toString());
            assertEquals(List.of(wantedShown), shown);
        }
    }

    @Test
    void theSpaceBetweenThePromptAndTheTextIsKept() {
        Run run = new Run(LLAMA2);
        run.push(LLAMA2.encode("the", false)).gave(" the", 0);
    }

    @Test
    void aLineFeedByteTokenStopsAtOnce() {
        Run run =
                new Run(LLAMA2, "\n")
                        .push(LLAMA2.encode("the", false))
                        .push(bytes(Pack.LLAMA2, 0x0A));
        assertEquals(Optional.of("\n"), run.choice.matched());
        run.gave(" the", 0);
    }

    @Test
    void anUnfinishedCharacterBehindAByteDoesNotHideAStop() {
        Run run = new Run(LLAMA2, "é");
        run.push(bytes(Pack.LLAMA2, 0x41, 0xC3));
        assertEquals(Optional.empty(), run.choice.matched());
        run.push(bytes(Pack.LLAMA2, 0xA9));
        assertEquals(Optional.of("é"), run.choice.matched());
        run.gave("A", 0);
    }

    @Test
    void theTextEndsBeforeOrBehindTheStopString() {
        int[] bytes = bytes(Pack.GPT2, 'a', 'b', 'c', 'd');
        Run before = new Run(GPT2, "bc").push(bytes);
        before.gave("a", 0);
        Stops including = Stops.builder().strings(List.of("bc")).includeString(true).build();
        Run behind = new Run(GPT2, true, including).push(bytes);
        behind.gave("abc", 0, 1, 2);
    }

    @Test
    void aTokenThatIsCutInItsMiddleIsShown() {
        int ing = GPT2.id("ing").getAsInt();
        new Run(GPT2, "n").push(ing, ing).gave("i", 0);
        new Run(GPT2, "i").push(ing, ing).gave("");
    }

    @Test
    void onlyWhatMayBeAStopStringIsKeptBack() {
        Run run = new Run(GPT2, "abac");
        run.push(bytes(Pack.GPT2, 'a', 'b', 'a')).gave("");
        run.push(bytes(Pack.GPT2, 'b')).gave("ab", 0, 1);
        run.push(bytes(Pack.GPT2, 'x')).gave("ababx", 0, 1, 2, 3, 4);
        run.push(bytes(Pack.GPT2, 'a', 'b')).finish().gave("ababxab", 0, 1, 2, 3, 4, 5, 6);
        assertEquals(Optional.empty(), run.choice.matched());
    }

    @Test
    void textBeforeTheMinimumNeverMatches() {
        int a = bytes(Pack.GPT2, 'a')[0];
        Run run = new Run(GPT2, "aa");
        run.push(a, true, false).push(a, true, false).gave("aa", 0, 1);
        run.push(a, true, true).gave("aa", 0, 1);
        run.push(a, true, true).gave("aa", 0, 1);
        assertEquals(Optional.of("aa"), run.choice.matched());
    }

    @Test
    void anInvisibleEndHasNeitherTextNorLogprobs() {
        int end = GPT2.id("<|endoftext|>").getAsInt();
        int ing = GPT2.id("ing").getAsInt();
        Run run = new Run(GPT2, false, Stops.defaults());
        run.push(ing).push(end, false, true).finish().gave("ing", 0);
    }

    @Test
    void specialTokensAreHiddenOrShownLiterally() {
        int end = GPT2.id("<|endoftext|>").getAsInt();
        int ing = GPT2.id("ing").getAsInt();
        new Run(GPT2, true, Stops.defaults()).push(ing, end, ing).finish().gave("inging", 0, 2);
        new Run(GPT2, false, Stops.defaults())
                .push(ing, end, ing)
                .finish()
                .gave("ing<|endoftext|>ing", 0, 1, 2);
    }

    @Test
    void aStopStringIsFoundAcrossAHiddenToken() {
        int end = GPT2.id("<|endoftext|>").getAsInt();
        int ing = GPT2.id("ing").getAsInt();
        Run run = new Run(GPT2, "nging").push(ing, end, ing);
        run.gave("i", 0);
        assertEquals(Optional.of("nging"), run.choice.matched());
    }

    @Test
    void halfACharacterWaitsAndIsReplacedAtTheEnd() {
        Run run = new Run(GPT2);
        run.push(bytes(Pack.GPT2, 'a', 0xF0, 0x9F, 0x98)).gave("a", 0);
        run.finish().gave("a\uFFFD", 0, 1, 2, 3);
    }

    @Test
    void theEndMayCompleteAStopString() {
        Run run = new Run(GPT2, "\uFFFD").push(bytes(Pack.GPT2, 'a', 0xF0, 0x9F));
        assertEquals(Optional.empty(), run.choice.matched());
        run.finish().gave("a", 0);
        assertEquals(Optional.of("\uFFFD"), run.choice.matched());
    }

    @Test
    void nothingIsAddedBehindAMatch() {
        Run run = new Run(GPT2, "b").push(bytes(Pack.GPT2, 'a', 'b', 'c', 'b')).finish().finish();
        run.gave("a", 0);
    }

    @Test
    void piecesOfACharacterBelongToIt() {
        int[] bytes = bytes(Pack.GPT2, 'a', 0xC3, 0xA9, 'b');
        new Run(GPT2, "b").push(bytes).gave("aé", 0, 1, 2);
        new Run(GPT2, "é").push(bytes).gave("a", 0);
        new Run(GPT2, "éb").push(bytes).gave("a", 0);
    }

    @Test
    void aBrokenCharacterIsOnePlaceAmongBytesAndOneForEachByteInAFallback() {
        int x = LLAMA2.id("x").getAsInt();
        // The bad byte spoils the line feed, too.
        Run llama = new Run(LLAMA2, "x").push(bytes(Pack.LLAMA2, 0xC3, 0x0A)).push(x);
        llama.gave("\uFFFD\uFFFD", 0, 1);
        new Run(LLAMA2, "\uFFFDx").push(bytes(Pack.LLAMA2, 0xC3, 0x0A)).push(x).gave("\uFFFD", 0);
        int[] bytes = bytes(Pack.GPT2, 'a', 0xE4, 0xB8, 'x');
        new Run(GPT2, "x").push(bytes).gave("a\uFFFD", 0, 1, 2);
        new Run(GPT2, "\uFFFDx").push(bytes).gave("a", 0);
    }

    @Test
    void idsWithoutAPieceHaveNoTextButAreShown() {
        Run run = new Run(GPT2, "zz").push(GPT2.vocabSize() + 5).push(bytes(Pack.GPT2, 'z'));
        run.gave("");
        run.push(bytes(Pack.GPT2, 'a')).push(-1).finish().gave("za", 0, 1, 2, 3);
    }

    @Test
    void unwantedLogprobsAreNotKept() {
        ChoiceText choice = new ChoiceText(GPT2, true, Stops.defaults());
        choice.push(GPT2.id("ing").getAsInt(), true, Logprobs.NONE, false, true);
        choice.finish();
        assertEquals("ing", choice.takeText());
        assertEquals(List.of(), choice.takeLogprobs());
    }

    @Test
    void aLongRunOfByteTokensTakesLinearTime() {
        int n = 60_000;
        List<Integer> run = new ArrayList<>(Collections.nCopies(n, 0x41));
        run.addAll(Collections.nCopies(n, 0xC3));
        assertTimeout(
                Duration.ofSeconds(20),
                () -> {
                    ChoiceText choice =
                            new ChoiceText(
                                    LLAMA2,
                                    true,
                                    Stops.builder().strings(List.of("AAB", "\n", "éé")).build());
                    for (int id : Pack.LLAMA2.byteTokens(run)) {
                        choice.push(id, true, Logprobs.NONE, true, true);
                    }
                    choice.finish();
                    assertEquals("\uFFFD".repeat(2 * n), choice.takeText());
                    assertEquals(2 * n, choice.takeLogprobs().size());
                });
    }

    private static int[] bytes(Pack pack, int... bytes) {
        return pack.byteTokens(Arrays.stream(bytes).boxed().toList());
    }
}
