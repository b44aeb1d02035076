package apus.openai.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.runtime.TokenLogprobs;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogprobViewsTest {
    private static final TokenTexts TEXTS = new TokenTexts(new FakeTokenizer("<s>", "</s>"), false);

    private static TokenLogprobs entry(int id, float logprob, int... top) {
        float[] values = new float[top.length];
        for (int i = 0; i < top.length; i++) {
            values[i] = top[i] == id ? logprob : -0.5f * (i + 1);
        }
        return new TokenLogprobs(id, logprob, 1, top, values);
    }

    private static List<TokenLogprobs> bytes(String text) {
        List<TokenLogprobs> entries = new ArrayList<>();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            entries.add(entry(b & 0xFF, -1));
        }
        return entries;
    }

    private static String json(String text) {
        return Requests.tree(text.replace('\'', '"')).toString();
    }

    @Test
    void arraysOfGeneratedTokensStartAtZero() {
        CompletionLogprobs view = new CompletionLogprobs(TEXTS, 1);
        view.add(List.of(entry('a', -1, 'b'), entry('c', -0.5f, 'c')));

        assertEquals(
                json(
                        "{'tokens': ['a', 'c'], 'token_logprobs': [-1.0, -0.5], 'top_logprobs':"
                                + " [{'b': -0.5, 'a': -1.0}, {'c': -0.5}], 'text_offset': [0, 1]}"),
                view.take().toString());
    }

    @Test
    void offsetsGoOnFromPieceToPiece() {
        CompletionLogprobs view = new CompletionLogprobs(TEXTS, 0);
        view.add(bytes("ab"));
        view.take();
        assertTrue(view.isEmpty());
        view.add(bytes("c"));

        assertFalse(view.isEmpty());
        assertEquals("[2]", view.take().get("text_offset").toString());
    }

    @Test
    void anEchoedPromptComesFirst() {
        Prompt prompt = Prompt.ofText(TEXTS.tokenizer(), "hi", true);
        CompletionLogprobs view = new CompletionLogprobs(TEXTS, 0);
        view.prompt(prompt, bytes("hi"));
        view.add(bytes("x"));

        assertEquals(
                json(
                        "{'tokens': ['', 'h', 'i', 'x'], 'token_logprobs': [null, -1.0, -1.0, -1.0],"
                                + " 'top_logprobs': [null, {'h': -1.0}, {'i': -1.0}, {'x': -1.0}],"
                                + " 'text_offset': [0, 0, 1, 2]}"),
                view.take().toString());
    }

    @Test
    void offsetsCountCodePointsAndWaitForWholeCharacters() {
        CompletionLogprobs view = new CompletionLogprobs(TEXTS, 0);
        view.add(bytes("\u00e9\ud83c\udf0dz"));
        ObjectNode arrays = view.take();

        assertEquals("[0,0,1,1,1,1,2]", arrays.get("text_offset").toString());
        assertEquals(
                json(
                        "['bytes:\\\\xc3', 'bytes:\\\\xa9', 'bytes:\\\\xf0', 'bytes:\\\\x9f',"
                                + " 'bytes:\\\\x8c', 'bytes:\\\\x8d', 'z']"),
                arrays.get("tokens").toString());
    }

    @Test
    void ofTwoTokensWithOneTextTheLikelierStays() {
        CompletionLogprobs view =
                new CompletionLogprobs(new TokenTexts(new FakeTokenizer("<s>", "a"), false), 2);
        view.add(List.of(entry('b', -2, 257, 'a')));

        assertEquals(json("[{'a': -0.5, 'b': -2.0}]"), view.take().get("top_logprobs").toString());
    }

    @Test
    void theImpossibleIsMinus9999() {
        CompletionLogprobs view = new CompletionLogprobs(TEXTS, 0);
        view.add(List.of(entry('a', Float.NEGATIVE_INFINITY)));

        assertEquals("[-9999.0]", view.take().get("token_logprobs").toString());
    }

    @Test
    void hiddenSpecialTokensOfAnIdPromptHaveNoText() {
        int[] ids = {256, 'a', 257};
        CompletionLogprobs hidden = new CompletionLogprobs(TEXTS, 0);
        hidden.prompt(
                Prompt.ofIds(TEXTS.tokenizer(), ids, true),
                List.of(entry('a', -1), entry(257, -1)));
        CompletionLogprobs shown = new CompletionLogprobs(TEXTS, 0);
        shown.prompt(
                Prompt.ofIds(TEXTS.tokenizer(), ids, false),
                List.of(entry('a', -1), entry(257, -1)));

        assertEquals(json("['', 'a', '']"), hidden.take().get("tokens").toString());
        ObjectNode arrays = shown.take();
        assertEquals(json("['<s>', 'a', '</s>']"), arrays.get("tokens").toString());
        assertEquals("[0,3,4]", arrays.get("text_offset").toString());
    }

    @Test
    void aSpaceThatTheTokenizerAddedIsNotShown() {
        Prompt prompt = new Prompt(new int[] {257, 'i'}, "hi", 0, 0, true);
        CompletionLogprobs view =
                new CompletionLogprobs(new TokenTexts(new FakeTokenizer("<s>", " h"), false), 0);
        view.prompt(prompt, bytes("i"));
        ObjectNode arrays = view.take();

        assertEquals(json("['h', 'i']"), arrays.get("tokens").toString());
        assertEquals("[0,1]", arrays.get("text_offset").toString());
    }

    @Test
    void chatEntriesHoldTrueBytes() {
        ObjectNode chat = new ChatLogprobs(TEXTS, 1).of(List.of(entry(0xC3, -1, 'b', 'c')));

        assertEquals(
                json(
                        "{'content': [{'token': '\ufffd', 'logprob': -1.0, 'bytes': [195],"
                                + " 'top_logprobs': [{'token': 'b', 'logprob': -0.5, 'bytes': [98]}]}],"
                                + " 'refusal': null}"),
                chat.toString());
    }

    @Test
    void promptMapsHaveRanksById() {
        TokenLogprobs entry =
                new TokenLogprobs('z', -3, 9, new int[] {'a', 'b'}, new float[] {-1, -2});

        assertEquals(
                json(
                        "[null, {'97': {'logprob': -1.0, 'rank': 1, 'decoded_token': 'a'}, '122':"
                                + " {'logprob': -3.0, 'rank': 9, 'decoded_token': 'z'}}]"),
                new PromptLogprobs(TEXTS, 1).of(List.of(entry)).toString());
    }

    @Test
    void tokensMayBeShownAsIds() {
        TokenTexts ids = new TokenTexts(TEXTS.tokenizer(), true);
        CompletionLogprobs view = new CompletionLogprobs(ids, 1);
        view.add(List.of(entry('a', -1, 'b'), entry('c', -1)));
        ObjectNode arrays = view.take();

        assertEquals(json("['token_id:97', 'token_id:99']"), arrays.get("tokens").toString());
        assertEquals(
                json("[{'token_id:98': -0.5, 'token_id:97': -1.0}, {'token_id:99': -1.0}]"),
                arrays.get("top_logprobs").toString());
        assertEquals("[0,1]", arrays.get("text_offset").toString());
    }
}
