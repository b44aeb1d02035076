package apus.format.token;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Tuple;

/** Texts that tokenizers find hard, of well-formed UTF-16. */
final class AnyText {
    private static final int[] SPACES = {
        ' ', '\t', '\n', '\r', 0x0B, 0x0C, 0x1C, 0x1F, 0x85, 0xA0, 0x1680, 0x2003, 0x200B, 0x2028,
        0x2029, 0x202F, 0x2581, 0x3000, 0xFEFF
    };

    private AnyText() {}

    /**
     * @param tokens words to strew in, such as special tokens
     */
    static Arbitrary<String> of(List<String> tokens) {
        Arbitrary<String> word =
                Arbitraries.of(
                        "the",
                        "The",
                        "HELLO",
                        "don't",
                        "I'LL",
                        "we'Ve",
                        "it'\u017F",
                        "x1",
                        "12345",
                        "3.14",
                        "a_b",
                        "fooBar",
                        "HTTPServer",
                        "gr\u00FC\u00DFe",
                        "na\u00EFve",
                        "\u01C5",
                        "\u4E16\u754C",
                        "\u65E5\u672C\u8A9E\u3067\u3059",
                        "\uD55C\uAD6D\uC5B4",
                        "\u1112\u1161\u11AB",
                        "\u0645\u0631\u062D\u0628\u0627",
                        "\u05E9\u05DC\u05D5\u05DD",
                        "\u0928\u092E\u0938\u094D\u0924\u0947",
                        "\u0E2A\u0E27\u0E31\u0E2A\u0E14\u0E35",
                        "\uD83D\uDC69\u200D\uD83D\uDCBB",
                        "\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67",
                        "\uD83C\uDDE9\uD83C\uDDEA",
                        "\u2764\uFE0F",
                        "\uD83D\uDC4D\uD83C\uDFFD",
                        "e\u0301",
                        "\u1E69\u0323",
                        "\uFB01",
                        "\u2168",
                        "\u00BD",
                        "\u0661\u0662",
                        "\uD835\uDFD8\uD835\uDFD9",
                        "...",
                        "!?",
                        "/*",
                        "//",
                        "\r\n",
                        "\n\n\n",
                        "    ",
                        "\t\t",
                        "<0x0A>",
                        "<|",
                        "|>",
                        "</",
                        "'",
                        "\u2019s",
                        "\u202E\u202D",
                        "\uDBFF\uDFFF",
                        "\uFFFF",
                        "\uDB40\uDC80");
        return Arbitraries.frequencyOf(
                        Tuple.of(8, word),
                        Tuple.of(4, Arbitraries.just(" ")),
                        Tuple.of(4, Arbitraries.chars().range(' ', '~').map(String::valueOf)),
                        Tuple.of(2, point(0, 0x24F)),
                        Tuple.of(
                                2,
                                Arbitraries.integers()
                                        .between(0, SPACES.length - 1)
                                        .map(i -> Character.toString(SPACES[i]))),
                        Tuple.of(1, point(0x300, 0x36F)),
                        Tuple.of(1, point(0x370, 0x1FFF)),
                        Tuple.of(1, point(0x2000, 0x33FF)),
                        Tuple.of(1, point(0x3400, 0xD7FF)),
                        Tuple.of(1, point(0xE000, 0xFFFF)),
                        Tuple.of(1, point(0x10000, 0x10FFFF)),
                        Tuple.of(1, point(0x1F000, 0x1FAFF)),
                        Tuple.of(1, point(0x1D000, 0x1DFFF)),
                        Tuple.of(
                                tokens.isEmpty() ? 0 : 3,
                                Arbitraries.of(tokens.isEmpty() ? List.of("") : tokens)))
                .list()
                .ofMaxSize(24)
                .map(parts -> String.join("", parts));
    }

    /**
     * Assigned characters: what is not in Java's Unicode may be in that of the compiler which built
     * the reference, with lower-case forms for instance.
     */
    private static Arbitrary<String> point(int from, int to) {
        return Arbitraries.integers()
                .between(from, to)
                .map(c -> Character.isDefined(c) ? Character.toString(c) : "\u0378");
    }
}
