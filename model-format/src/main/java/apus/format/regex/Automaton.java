package apus.format.regex;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A program made deterministic. A state is the list of instructions that wait for a character, in
 * order of preference, so that the match found is the one that a backtracking engine finds first:
 * once an instruction matches, those after it are dropped. Look-ahead of one character is settled
 * when that character is known, so a match is noted one step late. Cf. Cox, "Regular Expression
 * Matching in the Wild", 2010.
 */
final class Automaton {
    static final int DEAD = 0;
    static final int START = 1;

    private static final int MAX_STATES = 2_000;
    private static final long MAX_WORK = 20_000_000;

    private final List<Program.Instruction> code;
    private final int columns;
    private final List<int[]> states = new ArrayList<>();
    private final Map<List<Integer>, Integer> numbers = new HashMap<>();
    private final int[] seen;
    private final int[] stack;
    private int mark;
    private long work;
    private int[] table = new int[0];

    /**
     * @param setsByClass the sets that each class of characters is in; the column after the last
     *     class is the end of the text
     */
    Automaton(Program program, BitSet[] setsByClass) {
        code = program.code();
        columns = setsByClass.length + 1;
        seen = new int[code.size()];
        // Each instruction puts at most two others on it, once.
        stack = new int[2 * code.size() + 1];
        state(List.of());
        state(List.of(0));
        for (int s = START; s < states.size(); s++) {
            table = Arrays.copyOf(table, Math.max(table.length, columns * (s + 1)));
            for (int k = 0; k < columns; k++) {
                BitSet sets = k < setsByClass.length ? setsByClass[k] : null;
                table[s * columns + k] = step(states.get(s), sets);
            }
        }
    }

    /**
     * By state and column: twice the next state, and 1 more if the pattern has matched before the
     * character.
     */
    int[] table() {
        return table;
    }

    int columns() {
        return columns;
    }

    private int state(List<Integer> waiting) {
        Integer number = numbers.get(waiting);
        if (number == null) {
            number = states.size();
            if (number == MAX_STATES) {
                throw new Parser.Refused("more than " + MAX_STATES + " states");
            }
            numbers.put(waiting, number);
            states.add(waiting.stream().mapToInt(i -> i).toArray());
        }
        return number;
    }

    private int step(int[] waiting, BitSet sets) {
        List<Integer> after = new ArrayList<>();
        BitSet taken = new BitSet();
        mark++;
        for (int first : waiting) {
            int depth = 0;
            stack[depth++] = first;
            while (depth > 0) {
                int at = stack[--depth];
                if (seen[at] == mark) {
                    continue;
                }
                seen[at] = mark;
                if (++work > MAX_WORK) {
                    throw new Parser.Refused("too much work");
                }
                Program.Instruction step = code.get(at);
                switch (step.kind()) {
                    case MATCH -> {
                        return state(after) << 1 | 1;
                    }
                    case JUMP -> stack[depth++] = step.a();
                    case SPLIT -> {
                        stack[depth++] = step.b();
                        stack[depth++] = step.a();
                    }
                    case AHEAD, AHEAD_OR_END -> {
                        boolean holds =
                                sets == null
                                        ? step.kind() == Program.Kind.AHEAD_OR_END
                                        : sets.get(step.a());
                        if (holds) {
                            stack[depth++] = at + 1;
                        }
                    }
                    case TAKE -> {
                        if (sets != null && sets.get(step.a()) && !taken.get(at + 1)) {
                            taken.set(at + 1);
                            after.add(at + 1);
                        }
                    }
                }
            }
        }
        return state(after) << 1;
    }
}
