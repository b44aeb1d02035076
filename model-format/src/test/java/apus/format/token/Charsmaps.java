package apus.format.token;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Builds precompiled character maps as SentencePiece would, for tests. */
final class Charsmaps {
    /** A normalizer that touches common characters, clusters and prefixes of one another. */
    static final String SMALL =
            "{'type': 'Precompiled', 'precompiled_charsmap': '"
                    + base64(
                            Map.of(
                                    "\u3000", " ",
                                    "\u00A0", " ",
                                    "\t", " ",
                                    "\n", " ",
                                    "\uFB01", "fi",
                                    "e\u0301", "\u00E9",
                                    "\u2168", "IX",
                                    "\u200B", "",
                                    "A", "a"))
                    + "'}";

    private Charsmaps() {}

    static String base64(Map<String, String> replacements) {
        ByteArrayOutputStream texts = new ByteArrayOutputStream();
        SortedMap<String, Integer> values = new TreeMap<>();
        new TreeMap<>(replacements)
                .forEach((key, replacement) -> {
                    // As bytes, one in each char.
                    values.put(
                            new String(
                                    key.getBytes(StandardCharsets.UTF_8),
                                    StandardCharsets.ISO_8859_1),
                            texts.size());
                    texts.writeBytes(replacement.getBytes(StandardCharsets.UTF_8));
                    texts.write(0);
                });
        int[] units = new Trie().build(values);
        ByteBuffer map =
                ByteBuffer.allocate(4 + 4 * units.length + texts.size())
                        .order(ByteOrder.LITTLE_ENDIAN);
        map.putInt(4 * units.length);
        for (int unit : units) {
            map.putInt(unit);
        }
        map.put(texts.toByteArray());
        return Base64.getEncoder().encodeToString(map.array());
    }

    /**
     * A double array like darts-clone's: a child's unit lies at its parent's base XOR its label.
     */
    private static final class Trie {
        private final int[] units = new int[1 << 12];
        private final BitSet used = new BitSet();

        int[] build(SortedMap<String, Integer> values) {
            used.set(0);
            place(0, "", values);
            return Arrays.copyOf(units, 256 * ((used.length() + 255) / 256));
        }

        private void place(int at, String prefix, SortedMap<String, Integer> values) {
            BitSet labels = new BitSet();
            for (String key : values.keySet()) {
                if (key.startsWith(prefix)) {
                    // The end of a key has label 0.
                    labels.set(key.length() == prefix.length() ? 0 : key.charAt(prefix.length()));
                }
            }
            int base = 0;
            do {
                base++;
                int candidate = base;
                if (labels.stream().noneMatch(label -> used.get(candidate ^ label))) {
                    break;
                }
            } while (true);
            int offset = at ^ base;
            units[at] |= offset << 10;
            int chosen = base;
            labels.stream().forEach(label -> used.set(chosen ^ label));
            labels.stream()
                    .forEach(label -> {
                        int child = chosen ^ label;
                        if (label == 0) {
                            units[at] |= 1 << 8;
                            units[child] = values.get(prefix) | 1 << 31;
                        } else {
                            units[child] |= label;
                            place(child, prefix + (char) label, values);
                        }
                    });
        }
    }
}
