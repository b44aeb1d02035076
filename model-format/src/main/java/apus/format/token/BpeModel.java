package apus.format.token;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Byte-pair encoding of one word: start with its characters, then join the neighbours whose merge
 * has the lowest rank, the leftmost first, until none is left. Sennrich et al. 2016, arXiv
 * 1508.07909. O(n log n) in the word's length.
 */
final class BpeModel implements WordModel {
    // Up to here looking through all pairs for the lowest is faster than keeping a heap of them.
    private static final int SHORT = 24;

    private static final int NO_RANK = Integer.MAX_VALUE;

    private final Vocabulary vocabulary;
    private final CharacterIds characters;
    private final Merges merges;
    private final boolean ignoreMerges;
    private final boolean byteFallback;
    private final int unknown;
    private final boolean fuseUnknown;
    private final int[] byteTokens = new int[256];

    /**
     * @param ignoreMerges a word that is in the vocabulary is its token, whatever the merges say
     * @param byteFallback characters without a token become their UTF-8 bytes' tokens, {@code
     *     <0x00>} and so on
     * @param unknown id for what has no token, or -1
     * @param fuseUnknown neighbouring unknown characters become one token
     */
    BpeModel(
            Vocabulary vocabulary,
            CharacterIds characters,
            Merges merges,
            boolean ignoreMerges,
            boolean byteFallback,
            int unknown,
            boolean fuseUnknown) {
        this.vocabulary = vocabulary;
        this.characters = characters;
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
    public void encode(String text, int from, int to, IntList out) {
        if (ignoreMerges && to - from <= vocabulary.longestPiece()) {
            int whole = vocabulary.find(text.substring(from, to));
            if (whole >= 0) {
                out.add(whole);
                return;
            }
        }
        int[] ids = characters(text, from, to);
        if (ids.length <= SHORT) {
            mergeShort(ids, out);
        } else {
            mergeLong(ids, out);
        }
    }

    private int[] characters(String text, int from, int to) {
        IntList ids = new IntList(to - from);
        // An unknown token waits for what it may be fused with. Byte tokens do not call it up:
        // that is an oddity of the reference, seen only where some byte tokens are missing.
        boolean waiting = false;
        for (int i = from; i < to; ) {
            int c = text.codePointAt(i);
            int id = characters.id(c);
            if (id >= 0) {
                if (waiting) {
                    ids.add(unknown);
                    waiting = false;
                }
                ids.add(id);
            } else if (!(byteFallback && addBytes(Character.toString(c), ids)) && unknown >= 0) {
                if (waiting && !fuseUnknown) {
                    ids.add(unknown);
                }
                waiting = true;
            }
            i += Character.charCount(c);
        }
        if (waiting) {
            ids.add(unknown);
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

    private int rank(int left, int right) {
        long merge = merges.find(left, right);
        return merge == Merges.NONE ? NO_RANK : Merges.rank(merge);
    }

    private void mergeShort(int[] ids, IntList out) {
        int n = ids.length;
        // Of each id with the one after it.
        int[] ranks = new int[n];
        for (int i = 0; i + 1 < n; i++) {
            ranks[i] = rank(ids[i], ids[i + 1]);
        }
        while (n > 1) {
            int best = 0;
            for (int i = 1; i + 1 < n; i++) {
                if (ranks[i] < ranks[best]) {
                    best = i;
                }
            }
            if (ranks[best] == NO_RANK) {
                break;
            }
            ids[best] = Merges.result(merges.find(ids[best], ids[best + 1]));
            n--;
            System.arraycopy(ids, best + 2, ids, best + 1, n - best - 1);
            System.arraycopy(ranks, best + 2, ranks, best + 1, n - best - 1);
            if (best + 1 < n) {
                ranks[best] = rank(ids[best], ids[best + 1]);
            }
            if (best > 0) {
                ranks[best - 1] = rank(ids[best - 1], ids[best]);
            }
        }
        for (int i = 0; i < n; i++) {
            out.add(ids[i]);
        }
    }

    private void mergeLong(int[] ids, IntList out) {
        int n = ids.length;
        int[] next = new int[n];
        int[] previous = new int[n];
        int[] ranks = new int[n];
        // A possible merge is its rank and its place; stale once the rank of that place is another.
        LongHeap heap = new LongHeap(n);
        for (int i = 0; i < n; i++) {
            next[i] = i + 1;
            previous[i] = i - 1;
            ranks[i] = i + 1 < n ? rank(ids[i], ids[i + 1]) : NO_RANK;
            offer(heap, ranks, i);
        }
        while (!heap.isEmpty()) {
            long first = heap.poll();
            int left = (int) first;
            if (ranks[left] != (int) (first >>> 32)) {
                continue;
            }
            int right = next[left];
            ids[left] = Merges.result(merges.find(ids[left], ids[right]));
            ranks[right] = NO_RANK;
            int after = next[right];
            next[left] = after;
            ranks[left] = NO_RANK;
            if (after < n) {
                previous[after] = left;
                ranks[left] = rank(ids[left], ids[after]);
                offer(heap, ranks, left);
            }
            int before = previous[left];
            if (before >= 0) {
                ranks[before] = rank(ids[before], ids[left]);
                offer(heap, ranks, before);
            }
        }
        for (int i = 0; i < n; i = next[i]) {
            out.add(ids[i]);
        }
    }

    private static void offer(LongHeap heap, int[] ranks, int place) {
        if (ranks[place] != NO_RANK) {
            heap.add((long) ranks[place] << 32 | place);
        }
    }

    /** A binary heap, the smallest first. */
    private static final class LongHeap {
        private long[] heap;
        private int size;

        LongHeap(int capacity) {
            heap = new long[capacity];
        }

        boolean isEmpty() {
            return size == 0;
        }

        void add(long value) {
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, 2 * size);
            }
            int at = size++;
            while (at > 0 && heap[(at - 1) >>> 1] > value) {
                heap[at] = heap[(at - 1) >>> 1];
                at = (at - 1) >>> 1;
            }
            heap[at] = value;
        }

        long poll() {
            long first = heap[0];
            long value = heap[--size];
            int at = 0;
            for (int child = 1; child < size; child = 2 * at + 1) {
                if (child + 1 < size && heap[child + 1] < heap[child]) {
                    child++;
                }
                if (heap[child] >= value) {
                    break;
                }
                heap[at] = heap[child];
                at = child;
            }
            heap[at] = value;
            return first;
        }
    }
}
