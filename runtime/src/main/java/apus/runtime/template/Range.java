package apus.runtime.template;

import java.util.AbstractList;
import java.util.RandomAccess;

/** What {@code range()} gives. */
final class Range extends AbstractList<Object> implements RandomAccess {
    private final long start;
    private final long stop;
    private final long step;
    private final int size;

    /**
     * @throws TemplateException of kind LIMIT beyond 100,000 numbers, as the reference's sandbox
     *     does
     */
    Range(long start, long stop, long step) {
        if (step == 0) {
            throw TemplateException.failed("range() arg 3 must not be zero");
        }
        // In doubles, since the exact count may exceed a long; a rounding error never matters here.
        double count = Math.ceil(((double) stop - (double) start) / step);
        if (count > 100_000) {
            throw TemplateException.limit("range() of more than 100000 numbers");
        }
        this.start = start;
        this.stop = stop;
        this.step = step;
        this.size = Math.max(0, (int) count);
    }

    @Override
    public Object get(int index) {
        return start + index * step;
    }

    @Override
    public int size() {
        return size;
    }

    String repr() {
        return step == 1
                ? "range(" + start + ", " + stop + ")"
                : "range(" + start + ", " + stop + ", " + step + ")";
    }
}
