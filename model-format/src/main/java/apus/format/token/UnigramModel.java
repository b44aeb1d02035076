package apus.format.token;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Of all ways to cut a word into pieces, the one whose scores (log-probabilities) have the largest
 * sum, found by Viterbi's algorithm. Kudo 2018, arXiv 1804.10959. A character that is no piece
 * costs 10 more than the worst piece and becomes the unknown token, neighbours together, or its
 * UTF-8 bytes' tokens. Time is the word's length times that of the longest piece that fits.
 */
final class UnigramModel implements WordModel {
    private static final double UNKNOWN_PENALTY = 10;
    private static final int ROOT = 0;
    private static final int NO_PIECE = -1;

    /**
     * @param text what it stands for
     * @param score natural logarithm
     */
    record Piece(String text, double score) {}

    private final Vocabulary vocabulary;

    // A trie: a node and a character lead to the next node.
    private final LongTable children;
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
        children = new LongTable(4 * pieces.size());
        IntList nodes = new IntList(4 * pieces.size());
        nodes.add(NO_PIECE);
        double worst = pieces.getFirst().score();
        for (int id = 0; id < pieces.size(); id++) {
            String text = pieces.get(id).text();
            int node = ROOT;
            for (int i = 0; i < text.length(); i++) {
                long child = children.get(edge(node, text.charAt(i)));
                if (child < 0) {
                    child = nodes.size();
                    nodes.add(NO_PIECE);
                    children.put(edge(node, text.charAt(i)), child);
                }
                node = (int) child;
            }
            if (node != ROOT) {
                nodes.set(node, id);
            }
            worst = Math.min(worst, pieces.get(id).score());
        }
        ids = nodes.toArray();
        scores = new double[pieces.size()];
        Arrays.setAll(scores, id -> pieces.get(id).score());
        unknownScore = worst - UNKNOWN_PENALTY;
        byteTokens = new int[256];
        Arrays.fill(byteTokens, -1);
        for (int b = 0; b < 256 && byteFallback; b++) {
            byteTokens[b] = vocabulary.find("<0x%02X>".formatted(b));
        }
    }

    private static long edge(int node, char c) {
        return (long) node << Character.SIZE | c;
    }

    @Override
    public void encode(String text, int start, int to, IntList out) {
        int n = to - start;
        // For each place the best way to it: where its last piece begins, and which it is.
        int[] from = new int[n + 1];
        int[] last = new int[n + 1];
        double[] best = new double[n + 1];
        Arrays.fill(from, -1);
        for (int at = 0; at < n; ) {
            int next = at + Character.charCount(text.codePointAt(start + at));
            boolean single = false;
            int node = ROOT;
            for (int end = at; end < n; end++) {
                long child = children.get(edge(node, text.charAt(start + end)));
                if (child < 0) {
                    break;
                }
                node = (int) child;
                int id = ids[node];
                if (id != NO_PIECE) {
                    reach(end + 1, at, id, best[at] + scores[id], from, last, best);
                    single |= end + 1 == next;
                }
            }
            if (!single) {
                reach(next, at, unknown, best[at] + unknownScore, from, last, best);
            }
            at = next;
        }
        emit(text.substring(start, to), from, last, out);
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
