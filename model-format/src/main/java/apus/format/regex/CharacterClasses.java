package apus.format.regex;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Code points that no set of a pattern tells apart, as one class each; a two-stage table. */
final class CharacterClasses {
    private static final int MAX = 255;
    private static final int PAGE_BITS = 8;

    private final byte[] classes;
    private final short[] pages = new short[CodePoints.COUNT >> PAGE_BITS];
    private final Map<BitSet, Integer> members = new HashMap<>();

    CharacterClasses(List<BitSet> sets) {
        byte[] all = new byte[CodePoints.COUNT];
        TreeSet<Integer> bounds = new TreeSet<>();
        bounds.add(0);
        bounds.add(CodePoints.COUNT);
        for (BitSet set : sets) {
            for (int from = set.nextSetBit(0); from >= 0; ) {
                int to = set.nextClearBit(from);
                bounds.add(from);
                bounds.add(Math.min(to, CodePoints.COUNT));
                from = set.nextSetBit(to);
            }
        }
        int from = bounds.pollFirst();
        for (int to : bounds) {
            BitSet in = new BitSet();
            for (int s = 0; s < sets.size(); s++) {
                in.set(s, sets.get(s).get(from));
            }
            int number = members.computeIfAbsent(in, _ -> members.size());
            if (number > MAX) {
                throw new Parser.Refused("more than " + MAX + " classes of characters");
            }
            Arrays.fill(all, from, to, (byte) number);
            from = to;
        }
        classes = pages(all);
    }

    /** Equal pages are kept once. */
    private byte[] pages(byte[] all) {
        Map<java.nio.ByteBuffer, Short> numbers = new HashMap<>();
        byte[] kept = new byte[all.length];
        for (int page = 0; page < pages.length; page++) {
            int start = page << PAGE_BITS;
            var content = java.nio.ByteBuffer.wrap(all, start, 1 << PAGE_BITS);
            Short number = numbers.get(content);
            if (number == null) {
                number = (short) numbers.size();
                numbers.put(content, number);
                System.arraycopy(all, start, kept, number << PAGE_BITS, 1 << PAGE_BITS);
            }
            pages[page] = number;
        }
        return Arrays.copyOf(kept, numbers.size() << PAGE_BITS);
    }

    int count() {
        return members.size();
    }

    /** Which sets hold the characters of each class. */
    BitSet[] setsByClass() {
        BitSet[] sets = new BitSet[members.size()];
        members.forEach((in, number) -> sets[number] = in);
        return sets;
    }

    int of(int codePoint) {
        return classes[
                        (pages[codePoint >> PAGE_BITS] << PAGE_BITS)
                                + (codePoint & ((1 << PAGE_BITS) - 1))]
                & 0xFF;
    }
}
