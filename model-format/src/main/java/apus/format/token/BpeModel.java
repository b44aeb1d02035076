package apus.format.token;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Byte-pair encoding of one word: start with its characters, then join the neighbours whose merge
 * has the lowest rank, the leftmost first, until none is left. Sennrich et al. 2016, arXiv
 * 1508.07909. O(n log n) in the word's length.
 */
final class BpeModel implements WordModel {
    private static final int CACHED_WORDS = 20_000;
    private static final int CACHED_LENGTH = 64;

    private final Vocabulary vocabulary;
    private final Merges merges;
    private final boolean ignoreMerges;
    private final boolean byteFallback;
    private final int unknown;
    private final boolean fuseUnknown;
    private final int[] byteTokens = new int[256];
    private final Map<String, int[]> cache = new ConcurrentHashMap<>();

    /**
     * @param ignoreMerges a word that is in the vocabulary is its token, whatever the merges say
     * @param byteFallback characters without a token become their UTF-8 bytes' tokens, {@code
     *     <0x00>} and so on
     * @param unknown id for what has no token, or -1
     * @param fuseUnknown neighbouring unknown characters become one token
     */
    BpeModel(
            Vocabulary vocabulary,
            Merges merges,
            boolean ignoreMerges,
            boolean byteFallback,
            int unknown,
            boolean fuseUnknown) {
        this.vocabulary = vocabulary;
        this.merges = merges;
        this.ignoreMerges = ignoreMerges;
        this.byteFallback = byteFallback;
        this.unknown = unknown;
        this.fuseUnknown = fuseUnknown;
        for (int b = 0; b < 256; b++) {
            byteTokens[b] = vocabulary.find("<0x%02X>".formatted(b));
        }
    }

    @Override
    public void encode(String word, IntList out) {
        if (word.isEmpty()) {
            return;
        }
        if (word.length() > CACHED_LENGTH) {
            out.addAll(compute(word));
            return;
        }
        int[] ids = cache.get(word);
        if (ids == null) {
            ids = compute(word);
            // Words repeat; a cache that is full of them stays as it is.
            if (cache.size() < CACHED_WORDS) {
                cache.put(word, ids);
            }
        }
        out.addAll(ids);
    }

    private int[] compute(String word) {
        if (ignoreMerges) {
            int whole = vocabulary.find(word);
            if (whole >= 0) {
                return new int[] {whole};
            }
        }
        int[] symbols = characters(word);
        return merges(symbols);
    }

    private int[] characters(String word) {
        IntList ids = new IntList(word.length());
        boolean afterUnknown = false;
        for (int i = 0; i < word.length(); ) {
            int c = word.codePointAt(i);
            String character = word.substring(i, i + Character.charCount(c));
            i += character.length();
            int id = vocabulary.find(character);
            boolean known = id >= 0;
            if (known) {
                ids.add(id);
            } else if (byteFallback && addBytes(character, ids)) {
                known = true;
            } else if (unknown >= 0 && !(afterUnknown && fuseUnknown)) {
                ids.add(unknown);
            }
            afterUnknown = !known;
        }
        return ids.toArray();
    }

    private boolean addBytes(String character, IntList ids) {
        byte[] bytes = character.getBytes(StandardCharsets.UTF_8);
        for (byte b : bytes) {
            if (byteTokens[b & 0xFF] < 0) {
                return false;
            }
        }
        for (byte b : bytes) {
            ids.add(byteTokens[b & 0xFF]);
        }
        return true;
    }

    /** A possible merge, as it was when it was found; stale once one of its symbols has changed. */
    private record Candidate(int rank, int left, int leftId, int rightId, int result)
            implements Comparable<Candidate> {
        @Override
        public int compareTo(Candidate other) {
            return rank != other.rank
                    ? Integer.compare(rank, other.rank)
                    : Integer.compare(left, other.left);
        }
    }

    private int[] merges(int[] ids) {
        int n = ids.length;
        int[] next = new int[n];
        int[] previous = new int[n];
        for (int i = 0; i < n; i++) {
            next[i] = i + 1;
            previous[i] = i - 1;
        }
        PriorityQueue<Candidate> queue = new PriorityQueue<>();
        for (int i = 0; i + 1 < n; i++) {
            offer(queue, ids, i, i + 1);
        }
        int left = n;
        for (Candidate c = queue.poll(); c != null; c = queue.poll()) {
            int right = next[c.left];
            if (right >= n || ids[c.left] != c.leftId || ids[right] != c.rightId) {
                continue;
            }
            ids[c.left] = c.result;
            ids[right] = -1;
            int after = next[right];
            next[c.left] = after;
            left--;
            if (after < n) {
                previous[after] = c.left;
                offer(queue, ids, c.left, after);
            }
            if (previous[c.left] >= 0) {
                offer(queue, ids, previous[c.left], c.left);
            }
        }
        int[] result = new int[left];
        int count = 0;
        for (int i = 0; i < n; i = next[i]) {
            result[count++] = ids[i];
        }
        return result;
    }

    private void offer(PriorityQueue<Candidate> queue, int[] ids, int left, int right) {
        int handle = merges.find(ids[left], ids[right]);
        if (handle >= 0) {
            queue.add(
                    new Candidate(
                            merges.rank(handle),
                            left,
                            ids[left],
                            ids[right],
                            merges.result(handle)));
        }
    }
}
