package apus.runtime.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.format.token.StreamDecoder;
import apus.format.token.Tokenizer;
import apus.runtime.Stops;
import apus.runtime.TokenLogprobs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Text and log-probabilities of real tokenizers' tokens, wherever they cut it. */
final class ChoiceTextPropertyTest {
    @Provide
    Arbitrary<Pack> packs() {
        return Arbitraries.of(Pack.ALL);
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.of(
                        "the",
                        " ",
                        "a",
                        "ab",
                        "\n",
                        "\n\n",
                        ", ",
                        "é",
                        "ß",
                        "漢字",
                        "😀",
                        "👩‍👩‍👧",
                        "नमस्ते",
                        "\t",
                        "  ",
                        "1",
                        "</s",
                        "\u0000",
                        "\uFFFD",
                        " hello")
                .list()
                .ofMinSize(1)
                .ofMaxSize(15)
                .map(parts -> String.join("", parts));
    }

    /** Places in a text; turned into stop strings. */
    @Provide
    Arbitrary<List<Integer>> places() {
        return Arbitraries.integers().between(0, 30).list().ofMaxSize(6);
    }

    /** The char in which each token begins, if that can be told without the class under test. */
    private interface Starts {
        int[] of(int[] ids, String text);
    }

    @Property(tries = 2000)
    void textIsCutWhereAStopStringIsAndNothingOfItLeaks(
            @ForAll("packs") Pack pack,
            @ForAll("texts") String text,
            @ForAll("places") List<Integer> places,
            @ForAll boolean include,
            @ForAll @IntRange(max = 6) int unarmed) {
        Tokenizer tokenizer = pack.tokenizer;
        int[] ids = tokenizer.encode(text, false);
        int[] all = starts(tokenizer, ids, Outcome.decoded(tokenizer, ids));
        Starts starts = (tokens, _) -> Arrays.copyOf(all, tokens.length);
        check(tokenizer, ids, stops(text, places), include, unarmed, Optional.of(starts));
    }

    @Property(tries = 2000)
    void anyTokensGiveTheTextOfTheDecoder(
            @ForAll("packs") Pack pack,
            @ForAll List<@IntRange(max = 3000) Integer> tokens,
            @ForAll("places") List<Integer> places,
            @ForAll boolean include) {
        Tokenizer tokenizer = pack.tokenizer;
        int[] ids = tokens.stream().mapToInt(Integer::intValue).toArray();
        List<String> stops = stops(Outcome.decoded(tokenizer, ids), places);
        check(tokenizer, ids, stops, include, 0, Optional.empty());
    }

    @Property(tries = 2000)
    void anyBytesGiveTheTextOfTheDecoder(
            @ForAll("packs") Pack pack,
            @ForAll("brokenBytes") List<Integer> bytes,
            @ForAll("places") List<Integer> places,
            @ForAll boolean include) {
        Tokenizer tokenizer = pack.tokenizer;
        int[] ids = pack.byteTokens(bytes);
        Starts starts =
                (tokens, whole) ->
                        pack == Pack.GPT2
                                ? startsOfBytes(tokenizer, tokens)
                                : startsOfRun(tokenizer, tokens, whole);
        List<String> stops = stops(Outcome.decoded(tokenizer, ids), places);
        check(tokenizer, ids, stops, include, 0, Optional.of(starts));
    }

    @Provide
    Arbitrary<List<Integer>> brokenBytes() {
        return Arbitraries.of(
                        0x0A, 0x41, 0x80, 0xBF, 0xC3, 0xA9, 0xE4, 0xB8, 0xAD, 0xED, 0xA0, 0xF0,
                        0x9F, 0x98, 0x80, 0xFF, 0xEF, 0xBF, 0xBD)
                .list()
                .ofMaxSize(14);
    }

    /** One choice, compared after each token with what ought to be known. */
    private static void check(
            Tokenizer tokenizer,
            int[] ids,
            List<String> stopStrings,
            boolean include,
            int unarmed,
            Optional<Starts> starts) {
        Stops stops = Stops.builder().strings(stopStrings).includeString(include).build();
        ChoiceText choice = new ChoiceText(tokenizer, true, stops);
        PlainStops plain = new PlainStops(stopStrings);
        int armedFrom = 0;
        if (unarmed > 0) {
            int[] all = starts.orElseThrow().of(ids, Outcome.decoded(tokenizer, ids));
            armedFrom = unarmed < ids.length ? all[unarmed] : Integer.MAX_VALUE;
        }
        Outcome outcome = Outcome.of(tokenizer, ids, plain, armedFrom);
        int[] taken = Arrays.copyOf(ids, outcome.tokens());
        Optional<int[]> places = starts.map(s -> s.of(taken, outcome.text()));

        StreamDecoder decoder = tokenizer.continuation(true);
        StringBuilder decoded = new StringBuilder();
        StringBuilder given = new StringBuilder();
        List<Integer> shown = new ArrayList<>();
        for (int i = 0; i < ids.length && choice.matched().isEmpty(); i++) {
            choice.push(ids[i], true, logprobs(i), true, i >= unarmed);
            decoded.append(decoder.push(ids[i]));
            given.append(choice.takeText());
            choice.takeLogprobs().forEach(l -> shown.add(l.id()));
            if (choice.matched().isPresent()) {
                // The first armed token may have to wait for a character's end to find its place.
                assertTrue(i + 1 == outcome.tokens() || unarmed > 0, "not at once");
            } else {
                int held = plain.held(decoded.toString(), Math.min(armedFrom, decoded.length()));
                assertEquals(decoded.substring(0, decoded.length() - held), given.toString());
                places.ifPresent(p -> assertEquals(shown(p, given.length()), shown));
            }
        }
        choice.finish();
        given.append(choice.takeText());
        choice.takeLogprobs().forEach(l -> shown.add(l.id()));
        assertEquals(outcome.match().map(PlainStops.Match::string), choice.matched());
        int cut =
                outcome.match()
                        .map(m -> include ? m.end() : m.start())
                        .orElse(outcome.text().length());
        assertEquals(outcome.text().substring(0, cut), given.toString());
        int below = outcome.match().isPresent() ? cut : Integer.MAX_VALUE;
        places.ifPresent(p -> assertEquals(shown(p, below), shown));
        if (outcome.match().isEmpty()) {
            assertEquals(ids.length - hidden(tokenizer, ids), shown.size());
        }
    }

    /** The char in which each token begins, counted on the bytes of the whole text. */
    private static int[] starts(Tokenizer tokenizer, int[] ids, String whole) {
        int[] charOfByte = new int[whole.getBytes(UTF_8).length + 1];
        int at = 0;
        for (int i = 0; i < whole.length(); i += Character.charCount(whole.codePointAt(i))) {
            int bytes = Character.toString(whole.codePointAt(i)).getBytes(UTF_8).length;
            for (int b = 0; b < bytes; b++) {
                charOfByte[at++] = i;
            }
        }
        charOfByte[at] = whole.length();
        int[] starts = new int[ids.length];
        int before = 0;
        for (int i = 0; i < ids.length; i++) {
            starts[i] = charOfByte[before];
            before += tokenizer.bytes(ids[i]).length;
        }
        assertEquals(at, before, "the tokens' bytes are those of the text");
        return starts;
    }

    /** Byte-level: a byte begins a character, or a replacement, if it makes one more of them. */
    private static int[] startsOfBytes(Tokenizer tokenizer, int[] ids) {
        int[] starts = new int[ids.length];
        String before = "";
        for (int i = 0; i < ids.length; i++) {
            String with = Outcome.decoded(tokenizer, Arrays.copyOf(ids, i + 1));
            boolean begins =
                    with.codePointCount(0, with.length())
                            > before.codePointCount(0, before.length());
            starts[i] =
                    begins
                            ? with.offsetByCodePoints(with.length(), -1)
                            : before.offsetByCodePoints(before.length(), -1);
            before = with;
        }
        return starts;
    }

    /** Byte fallback: a run of bytes is text, or a replacement for each of them. */
    private static int[] startsOfRun(Tokenizer tokenizer, int[] ids, String whole) {
        return whole.equals("\uFFFD".repeat(ids.length))
                ? IntStream.range(0, ids.length).toArray()
                : starts(tokenizer, ids, whole);
    }

    private static List<Integer> shown(int[] starts, int below) {
        List<Integer> shown = new ArrayList<>();
        for (int i = 0; i < starts.length; i++) {
            if (starts[i] < below) {
                shown.add(i);
            }
        }
        return shown;
    }

    private static int hidden(Tokenizer tokenizer, int[] ids) {
        int hidden = 0;
        for (int id : ids) {
            hidden += tokenizer.isSpecial(id) ? 1 : 0;
        }
        return hidden;
    }

    private static List<String> stops(String text, List<Integer> places) {
        List<String> stops = new ArrayList<>(List.of("zzz"));
        for (int place : places) {
            int points = text.codePointCount(0, text.length());
            if (place < points) {
                int from = text.offsetByCodePoints(0, place);
                int to = text.offsetByCodePoints(from, Math.min(points - place, 1 + place % 4));
                stops.add(text.substring(from, to) + (place % 3 == 0 ? "" : "q".repeat(place % 2)));
            }
        }
        assertTrue(stops.stream().noneMatch(String::isEmpty));
        return stops;
    }

    private static TokenLogprobs logprobs(int number) {
        return new TokenLogprobs(number, -1, 1, new int[0], new float[0]);
    }
}
