package apus.format.regex;

import java.util.BitSet;
import java.util.List;

/** A parsed pattern. */
sealed interface Node {
    /** Whether it can match without a character. */
    boolean nullable();

    /** One character of a set of code points. */
    record Characters(BitSet set) implements Node {
        @Override
        public boolean nullable() {
            return false;
        }
    }

    /** One after another. */
    record Sequence(List<Node> parts) implements Node {
        @Override
        public boolean nullable() {
            return parts.stream().allMatch(Node::nullable);
        }
    }

    /** The first that leads to a match. */
    record Choice(List<Node> options) implements Node {
        @Override
        public boolean nullable() {
            return options.stream().anyMatch(Node::nullable);
        }
    }

    /**
     * @param max {@link #UNBOUNDED} for no end
     * @param greedy whether more is tried before less
     */
    record Repeat(Node part, int min, int max, boolean greedy) implements Node {
        static final int UNBOUNDED = -1;

        @Override
        public boolean nullable() {
            return min == 0 || part.nullable();
        }
    }

    /**
     * The next character is of a set; it is not taken.
     *
     * @param atEnd whether it holds where there is no next character
     */
    record Ahead(BitSet set, boolean atEnd) implements Node {
        @Override
        public boolean nullable() {
            return true;
        }
    }
}
