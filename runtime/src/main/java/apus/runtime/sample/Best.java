package apus.runtime.sample;

/** The k largest values of a row, by a heap in the arrays that receive them. */
final class Best {
    private Best() {}

    /**
     * @param z f32[n], no NaN
     * @param k 0 to n
     * @param ids receives the ids, best first, lower ids first on ties
     * @param values receives the values
     */
    static void of(float[] z, int n, int k, int[] ids, float[] values) {
        if (k == 0) {
            return;
        }
        for (int i = 0; i < k; i++) {
            ids[i] = i;
            values[i] = z[i];
        }
        for (int i = k / 2 - 1; i >= 0; i--) {
            sink(ids, values, i, k, ids[i], values[i]);
        }
        // The worst of the best is at 0. An equal value comes later and so has a higher id: no use.
        for (int i = k; i < n; i++) {
            if (z[i] > values[0]) {
                sink(ids, values, 0, k, i, z[i]);
            }
        }
        for (int end = k - 1; end > 0; end--) {
            int id = ids[end];
            float value = values[end];
            ids[end] = ids[0];
            values[end] = values[0];
            sink(ids, values, 0, end, id, value);
        }
    }

    /** Puts an entry at a place or below it, so that no entry is better than those under it. */
    private static void sink(int[] ids, float[] values, int place, int size, int id, float value) {
        int at = place;
        for (int child = 2 * at + 1; child < size; child = 2 * at + 1) {
            if (child + 1 < size
                    && worse(values[child + 1], ids[child + 1], values[child], ids[child])) {
                child++;
            }
            if (!worse(values[child], ids[child], value, id)) {
                break;
            }
            ids[at] = ids[child];
            values[at] = values[child];
            at = child;
        }
        ids[at] = id;
        values[at] = value;
    }

    private static boolean worse(float value, int id, float thanValue, int thanId) {
        return value < thanValue || (value == thanValue && id > thanId);
    }
}
