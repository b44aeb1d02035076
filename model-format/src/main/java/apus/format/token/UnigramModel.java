package apus.format.token;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Of all ways to cut a word into pieces, the one whose scores (log-probabilities) have the largest
 * sum, found by Viterbi's algorithm. Kudo 2018, arXiv 1804.10959. A character that is no piece
 * costs 10 more than the worst piece and becomes the unknown token, neighbours together, or its
 * UTF-8 bytes' tokens. Time is the word's length times that of the longest piece that fits.
 */
final class UnigramModel implements WordModel {
    private static final double UNKNOWN_PENALTY = 10;

    /**
     * @param text what it stands for
     * @param score natural logarithm
     */
    record Piece(String text, double score) {}

    private final Vocabulary vocabulary;

    // Sorted by text, so that what begins alike stands together.
    private final String[] texts;
    private final int[] ids;
    private final double[] scores;
    private final double unknownScore;
    private final int unknown;
    private final int[] byteTokens;

    /**
     * @param pieces by id
     * @param unknown id of the unknown token
     * @param byteFallback whether unknown characters become bytes
     */
    UnigramModel(Vocabulary vocabulary, List<Piece> pieces, int unknown, boolean byteFallback) {
        this.vocabulary = vocabulary;
        this.unknown = unknown;
        Integer[] order = new Integer[pieces.size()];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparing(i -> pieces.get(i).text()));
        texts = new String[order.length];
        ids = new int[order.length];
        scores = new double[order.length];
        double worst = 0;
        for (int i = 0; i < order.length; i++) {
            Piece piece = pieces.get(order[i]);
            texts[i] = piece.text();
            ids[i] = order[i];
            scores[i] = piece.score();
            worst = i == 0 ? piece.score() : Math.min(worst, piece.score());
        }
        unknownScore = worst - UNKNOWN_PENALTY;
        byteTokens = new int[256];
        Arrays.fill(byteTokens, -1);
        for (int b = 0; b < 256 && byteFallback; b++) {
            byteTokens[b] = vocabulary.find("<0x%02X>".formatted(b));
        }
    }

    @Override
    public void encode(String word, IntList out) {
        int n = word.length();
        // For each place the best way to it: where its last piece begins, and which it is.
        int[] from = new int[n + 1];
        int[] last = new int[n + 1];
        double[] best = new double[n + 1];
        Arrays.fill(from, -1);
        for (int at = 0; at < n; ) {
            int next = at + Character.charCount(word.codePointAt(at));
            boolean single = false;
            int low = 0;
            int high = texts.length;
            for (int end = at; end < n && low < high; end++) {
                char c = word.charAt(end);
                low = bound(low, high, end - at, c);
                high = bound(low, high, end - at, c + 1);
                if (low < high && texts[low].length() == end + 1 - at) {
                    reach(end + 1, at, ids[low], best[at] + scores[low], from, last, best);
                    single |= end + 1 == next;
                }
            }
            if (!single) {
                reach(next, at, unknown, best[at] + unknownScore, from, last, best);
            }
            at = next;
        }
        emit(word, from, last, out);
    }

    /** First of the texts in the range whose character at {@code depth} is at least {@code c}. */
    private int bound(int low, int high, int depth, int c) {
        while (low < high) {
            int middle = (low + high) >>> 1;
            String text = texts[middle];
            // A text that ends here stands before all that go on.
            if (text.length() <= depth || text.charAt(depth) < c) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static void reach(
            int to, int at, int id, double score, int[] from, int[] last, double[] best) {
        if (from[to] < 0 || score > best[to]) {
            from[to] = at;
            last[to] = id;
            best[to] = score;
        }
    }

    private void emit(String word, int[] from, int[] last, IntList out) {
        int n = word.length();
        // The way back, then forward over it.
        int[] ends = new int[n];
        int count = 0;
        for (int end = n; end > 0; end = from[end]) {
            ends[count++] = end;
        }
        for (int i = count - 1; i >= 0; i--) {
            int end = ends[i];
            if (last[end] != unknown) {
                out.add(last[end]);
                continue;
            }
            int start = from[end];
            while (i > 0 && last[ends[i - 1]] == unknown) {
                end = ends[--i];
            }
            addUnknown(word.substring(start, end), out);
        }
    }

    private void addUnknown(String text, IntList out) {
        // Unknown characters side by side may make a piece that none of the ways went through.
        int whole = vocabulary.find(text);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (whole >= 0) {
            out.add(whole);
        } else if (hasAll(bytes)) {
            for (byte b : bytes) {
                out.add(byteTokens[b & 0xFF]);
            }
        } else {
            out.add(unknown);
        }
    }

    private boolean hasAll(byte[] bytes) {
        for (byte b : bytes) {
            if (byteTokens[b & 0xFF] < 0) {
                return false;
            }
        }
        return true;
    }
}
