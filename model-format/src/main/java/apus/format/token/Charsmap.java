package apus.format.token;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * SentencePiece's precompiled map of characters: a double-array trie of what to replace, and the
 * replacements one after another, each ended by a zero. As the reference applies it: a grapheme
 * cluster of less than six bytes is looked up whole and then by its characters, and of the entries
 * that a text begins with the shortest counts. Layout: {@code
 * Normalizer::DecodePrecompiledCharsMap} of google/sentencepiece; the trie is that of darts-clone.
 */
final class Charsmap implements Normalizer {
    private static final int LONGEST_CLUSTER = 6;

    // UAX 29's extended grapheme clusters.
    private static final Pattern CLUSTER = Pattern.compile("\\X");

    private final int[] units;
    private final byte[] replacements;

    private Charsmap(int[] units, byte[] replacements) {
        this.units = units;
        this.replacements = replacements;
    }

    /** Reads the map; empty if it is none. A bad index inside it leads to no entry. */
    static Optional<Charsmap> of(byte[] map) {
        ByteBuffer bytes = ByteBuffer.wrap(map).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.remaining() < Integer.BYTES) {
            return Optional.empty();
        }
        int size = bytes.getInt();
        if (size <= 0 || size % Integer.BYTES != 0 || size > bytes.remaining()) {
            return Optional.empty();
        }
        int[] units = new int[size / Integer.BYTES];
        bytes.asIntBuffer().get(units);
        byte[] replacements = Arrays.copyOfRange(map, Integer.BYTES + size, map.length);
        return Optional.of(new Charsmap(units, replacements));
    }

    @Override
    public boolean removes() {
        return true;
    }

    @Override
    public String apply(String text) {
        StringBuilder out = new StringBuilder(text.length());
        Matcher clusters = CLUSTER.matcher(text);
        while (clusters.find()) {
            String cluster = clusters.group();
            if (cluster.getBytes(StandardCharsets.UTF_8).length < LONGEST_CLUSTER
                    && replace(cluster, out)) {
                continue;
            }
            for (int i = 0; i < cluster.length(); ) {
                String character = Character.toString(cluster.codePointAt(i));
                i += character.length();
                if (!replace(character, out)) {
                    out.append(character);
                }
            }
        }
        return out.toString();
    }

    private boolean replace(String text, StringBuilder out) {
        int start = find(text.getBytes(StandardCharsets.UTF_8));
        if (start < 0 || start >= replacements.length) {
            return false;
        }
        int end = start;
        while (end < replacements.length && replacements[end] != 0) {
            end++;
        }
        out.append(new String(replacements, start, end - start, StandardCharsets.UTF_8));
        return true;
    }

    /** The value of the shortest entry that is a prefix of the key, or -1. */
    private int find(byte[] key) {
        int at = offset(units[0]);
        for (byte b : key) {
            int label = b & 0xFF;
            at ^= label;
            if (label == 0 || at < 0 || at >= units.length) {
                return -1;
            }
            int unit = units[at];
            // The sign bit marks a value, which has no label.
            if ((unit & 0x800000FF) != label) {
                return -1;
            }
            at ^= offset(unit);
            if ((unit >>> 8 & 1) == 1) {
                return at >= 0 && at < units.length ? units[at] & Integer.MAX_VALUE : -1;
            }
        }
        return -1;
    }

    private static int offset(int unit) {
        return (unit >>> 10) << ((unit & 1 << 9) >>> 6);
    }
}
