package apus.runtime.template;

import java.math.BigInteger;
import java.util.AbstractList;
import java.util.RandomAccess;

/** What {@code range()} gives. */
final class Range extends AbstractList<Object> implements RandomAccess {
    private static final BigInteger MAX_SIZE = BigInteger.valueOf(100_000);

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
        BigInteger span = BigInteger.valueOf(stop).subtract(BigInteger.valueOf(start));
        BigInteger signum = BigInteger.valueOf(Long.signum(step));
        BigInteger count =
                span.multiply(signum)
                        .subtract(BigInteger.ONE)
                        .divide(BigInteger.valueOf(step).abs())
                        .add(BigInteger.ONE);
        boolean empty = span.signum() != signum.signum();
        if (!empty && count.compareTo(MAX_SIZE) > 0) {
            throw TemplateException.limit("range() of more than 100000 numbers");
        }
        this.start = start;
        this.stop = stop;
        this.step = step;
        this.size = empty ? 0 : count.intValueExact();
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
