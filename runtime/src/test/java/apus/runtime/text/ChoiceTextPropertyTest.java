package apus.runtime.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.format.token.StreamDecoder;
import apus.format.token.Tokenizer;
import apus.runtime.Stops;
import apus.runtime.TokenLogprobs;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

    @Property(tries = 1500)
    void textIsCutWhereAStopStringIsAndNothingOfItLeaks(
            @ForAll("packs") Pack pack,
            @ForAll("texts") String text,
            @ForAll("places") List<Integer> places,
            @ForAll boolean include,
            @ForAll @IntRange(max = 6) int unarmed) {
        int[] ids = pack.tokenizer.encode(text, false);
        check(pack.tokenizer, ids, stops(text, places), include, unarmed, true);
    }

    @Property(tries = 1500)
    void anyTokensGiveTheTextOfTheDecoder(
            @ForAll("packs") Pack pack,
            @ForAll List<@IntRange(max = 3000) Integer> tokens,
            @ForAll("places") List<Integer> places,
            @ForAll boolean include) {
        Tokenizer tokenizer = pack.tokenizer;
        int[] ids = tokens.stream().mapToInt(Integer::intValue).toArray();
        check(tokenizer, ids, stops(decoded(tokenizer, ids), places), include, 0, false);
    }

    @Property(tries = 1500)
    void anyBytesGiveTheTextOfTheDecoder(
            @ForAll("packs") Pack pack,
            @ForAll("brokenBytes") List<Integer> bytes,
            @ForAll("places") List<Integer> places,
            @ForAll boolean include) {
        Tokenizer tokenizer = pack.tokenizer;
        int[] ids = pack.byteTokens(bytes);
        check(tokenizer, ids, stops(decoded(tokenizer, ids), places), include, 0, false);
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
            boolean valid) {
        Stops stops = Stops.builder().strings(stopStrings).includeString(include).build();
        ChoiceText choice = new ChoiceText(tokenizer, true, stops);
        StreamDecoder decoder = tokenizer.continuation(true);
        PlainStops plain = new PlainStops(stopStrings);
        String whole = decoded(tokenizer, ids);
        int[] starts = valid ? starts(tokenizer, ids, whole) : new int[0];
        int armedFrom =
                unarmed == 0 ? 0 : unarmed < ids.length ? starts[unarmed] : Integer.MAX_VALUE;
        Optional<PlainStops.Match> match =
                armedFrom > whole.length() ? Optional.empty() : plain.find(whole, armedFrom);
        int cut = match.map(m -> include ? m.end() : m.start()).orElse(whole.length());

        StringBuilder decoded = new StringBuilder();
        StringBuilder given = new StringBuilder();
        List<Integer> shown = new ArrayList<>();
        for (int i = 0; i < ids.length; i++) {
            choice.push(ids[i], true, logprobs(i), true, i >= unarmed);
            decoded.append(decoder.push(ids[i]));
            given.append(choice.takeText());
            choice.takeLogprobs().forEach(l -> shown.add(l.id()));
            if (choice.matched().isPresent()) {
                assertTrue(
                        unarmed > 0 || !valid || i == completing(tokenizer, ids, whole, match),
                        "not at once");
                break;
            }
            if (armedFrom <= whole.length()) {
                int held = plain.held(decoded.toString(), Math.min(armedFrom, decoded.length()));
                assertEquals(decoded.substring(0, decoded.length() - held), given.toString());
            } else {
                assertEquals(decoded.toString(), given.toString());
            }
            if (valid) {
                assertEquals(shown(starts, given.length()), shown, "shown with " + given);
            }
        }
        choice.finish();
        given.append(choice.takeText());
        choice.takeLogprobs().forEach(l -> shown.add(l.id()));
        assertEquals(whole.substring(0, cut), given.toString());
        assertEquals(match.map(PlainStops.Match::string), choice.matched());
        if (valid) {
            assertEquals(shown(starts, match.isPresent() ? cut : Integer.MAX_VALUE), shown);
        } else if (match.isEmpty()) {
            assertEquals(ids.length - hidden(tokenizer, ids), shown.size());
        }
    }

    private static String decoded(Tokenizer tokenizer, int[] ids) {
        StreamDecoder decoder = tokenizer.continuation(true);
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(decoder.push(id));
        }
        return text.append(decoder.flush()).toString();
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

    /** The token that completes the match. */
    private static int completing(
            Tokenizer tokenizer, int[] ids, String whole, Optional<PlainStops.Match> match) {
        int end = whole.substring(0, match.orElseThrow().end()).getBytes(UTF_8).length;
        int i = 0;
        for (int at = tokenizer.bytes(ids[0]).length; at < end; ) {
            at += tokenizer.bytes(ids[++i]).length;
        }
        return i;
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
