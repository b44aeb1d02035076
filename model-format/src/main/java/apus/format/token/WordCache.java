package apus.format.token;

/**
 * Remembers the tokens of short words. Each word has one place, and the latest takes it, so that
 * the size is bounded and a look-up allocates nothing. Threads may race for a place: an entry is
 * immutable, and what is lost is computed again.
 */
final class WordCache implements WordModel {
    private static final int PLACES = 1 << 15;
    private static final int LONGEST = 64;

    private record Entry(String word, int[] ids) {}

    private final WordModel model;
    private final Entry[] entries = new Entry[PLACES];

    WordCache(WordModel model) {
        this.model = model;
    }

    @Override
    public void encode(String text, int from, int to, IntList out) {
        int length = to - from;
        if (length > LONGEST) {
            model.encode(text, from, to, out);
            return;
        }
        int hash = 0;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + text.charAt(i);
        }
        // The high bits of a product mix all of the bits below.
        int place = (hash * 0x9E3779B1) >>> (Integer.SIZE - 15);
        Entry entry = entries[place];
        if (entry == null || entry.word.length() != length || !text.startsWith(entry.word, from)) {
            IntList ids = new IntList(length);
            model.encode(text, from, to, ids);
            entry = new Entry(text.substring(from, to), ids.toArray());
            entries[place] = entry;
        }
        out.addAll(entry.ids);
    }
}
