package apus.bench.jmh;

import java.util.List;
import java.util.Random;

/**
 * Texts to tokenize, of any length: sentences in random order, one word in twelve of them new, as
 * names and identifiers are, so that remembering words does not answer everything.
 */
final class Texts {
    private static final List<String> ENGLISH =
            List.of(
                    "The river had risen in the night, and by morning the lower fields were under"
                            + " water. ",
                    "Nobody in the village could remember a spring like it, though the old people"
                            + " said that 1947 had been worse. ",
                    "\"You can't cross there,\" the boy called out; \"the bridge went down an hour"
                            + " ago!\" ",
                    "She looked at the map again, folded it carefully, and put it back into her"
                            + " coat. ",
                    "It wasn't the distance that worried her, but the time: there were perhaps three"
                            + " hours of light left.\n\n",
                    "In the afternoon the wind turned to the north-west and the clouds began to"
                            + " break up. ",
                    "They'd been told to wait for the engineer, who was expected from the city with"
                            + " 12.5 tonnes of steel and a crew of twenty. ",
                    "What follows is an account of those days, as far as it can be put together from"
                            + " letters, from the parish register, and from what people told me"
                            + " afterwards.\n");

    private static final List<String> CODE =
            List.of(
                    "    public int compareTo(Entry other) {\n        return Long.compare(this.score,"
                            + " other.score);\n    }\n\n",
                    "for (int i = 0; i < n; i++) {\n    sum += x[i] * y[i];  // fused\n}\n",
                    "def load(path, *, strict=True):\n    with open(path, \"rb\") as f:\n        header ="
                            + " json.loads(f.read(4096))\n    return header[\"tensors\"] if strict else"
                            + " {}\n\n",
                    "\tif err := conn.Close(); err != nil && !errors.Is(err, io.EOF) {\n\t\tlog.Printf("
                            + "\"close: %v\", err)\n\t}\n",
                    "SELECT user_id, COUNT(*) AS n FROM events WHERE ts >= '2024-01-01' GROUP BY"
                            + " user_id HAVING n > 10;\n",
                    "<div class=\"row\"><span id=\"total\">{{ total | round(2) }}</span></div>\n",
                    "const MASK: u64 = 0x9E37_79B9_7F4A_7C15;\n");

    private static final List<String> MIXED =
            List.of(
                    "\u4ECA\u5929\u5929\u6C14\u5F88\u597D\uFF0C\u6211\u4EEC\u53BB\u516C\u56ED\u6563\u6B65\u5427\u3002",
                    "\u65E5\u672C\u8A9E\u306E\u6587\u7AE0\u3082\u30C8\u30FC\u30AF\u30F3\u306B\u5206\u5272\u3055\u308C\u307E\u3059\u3002",
                    "\uD55C\uAD6D\uC5B4 \uBB38\uC7A5\uB3C4 \uC798 \uCC98\uB9AC\uB429\uB2C8\uB2E4. ",
                    "Gr\u00FC\u00DFe aus M\u00FCnchen: \u00FCbern\u00E4chste Woche f\u00E4llt die Bahn aus! ",
                    "L'\u00E9t\u00E9 dernier, nous \u00E9tions \u00E0 la plage \uD83C\uDFD6\uFE0F avec des amis. ",
                    "\u041F\u0440\u0438\u0432\u0435\u0442, \u043C\u0438\u0440! \u041A\u0430\u043A \u0434\u0435\u043B\u0430? ",
                    "\u0645\u0631\u062D\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645\u060C \u0643\u064A\u0641 \u062D\u0627\u0644\u0643\u061F ",
                    "The price is \u20AC1,234.56 (approx. \u00A51,999) \uD83D\uDC69\u200D\uD83D\uDCBB \u2713\n");

    private static final String[] SYLLABLES = {
        "ka", "ren", "to", "mi", "dor", "vel", "sa", "qui", "lan", "ster", "ox", "ble", "ny", "fra"
    };

    private Texts() {}

    /**
     * @param kind english, code or mixed
     * @param length in chars, or one more where a character would be cut in half
     */
    static String of(String kind, int length, long seed) {
        List<String> sentences =
                switch (kind) {
                    case "english" -> ENGLISH;
                    case "code" -> CODE;
                    case "mixed" -> MIXED;
                    default -> throw new IllegalArgumentException(kind);
                };
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder(length + 200);
        while (text.length() < length) {
            for (String word :
                    sentences.get(random.nextInt(sentences.size())).split("(?<= )", -1)) {
                if (random.nextInt(12) == 0) {
                    for (int n = 2 + random.nextInt(3); n > 0; n--) {
                        text.append(SYLLABLES[random.nextInt(SYLLABLES.length)]);
                    }
                    text.append(random.nextInt(4) == 0 ? random.nextInt(10_000) : "").append(' ');
                }
                text.append(word);
            }
        }
        boolean half = Character.isHighSurrogate(text.charAt(length - 1));
        return text.substring(0, half ? length + 1 : length);
    }
}
