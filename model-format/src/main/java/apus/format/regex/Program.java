package apus.format.regex;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A pattern as instructions of a nondeterministic automaton: Thompson 1968, with priorities. */
final class Program {
    private static final int MAX_INSTRUCTIONS = 10_000;
    private static final int MAX_SETS = 200;

    /** What an instruction does. */
    enum Kind {
        /** Takes a character of set {@code a}, then goes on at the next instruction. */
        TAKE,
        /** Goes on at the next instruction if the character that follows is of set {@code a}. */
        AHEAD,
        /** Like {@link #AHEAD}, and also where no character follows. */
        AHEAD_OR_END,
        /** Goes on at {@code a}, and if that leads nowhere at {@code b}. */
        SPLIT,
        /** Goes on at {@code a}. */
        JUMP,
        /** The pattern has matched. */
        MATCH
    }

    /** One instruction. */
    record Instruction(Kind kind, int a, int b) {}

    private final List<Instruction> code = new ArrayList<>();
    private final Map<BitSet, Integer> sets = new LinkedHashMap<>();

    Program(Node node) {
        emit(node);
        add(Kind.MATCH, 0, 0);
    }

    List<Instruction> code() {
        return code;
    }

    List<BitSet> sets() {
        return List.copyOf(sets.keySet());
    }

    private int add(Kind kind, int a, int b) {
        if (code.size() == MAX_INSTRUCTIONS) {
            throw new Parser.Refused("more than " + MAX_INSTRUCTIONS + " steps");
        }
        code.add(new Instruction(kind, a, b));
        return code.size() - 1;
    }

    private int set(BitSet set) {
        int number = sets.computeIfAbsent(set, _ -> sets.size());
        if (number >= MAX_SETS) {
            throw new Parser.Refused("more than " + MAX_SETS + " sets of characters");
        }
        return number;
    }

    private void emit(Node node) {
        switch (node) {
            case Node.Characters(BitSet set) -> add(Kind.TAKE, set(set), 0);
            case Node.Ahead(BitSet set, boolean atEnd) ->
                    add(atEnd ? Kind.AHEAD_OR_END : Kind.AHEAD, set(set), 0);
            case Node.Sequence(List<Node> parts) -> parts.forEach(this::emit);
            case Node.Choice(List<Node> options) -> emit(options);
            case Node.Repeat repeat -> emit(repeat);
        }
    }

    private void emit(List<Node> options) {
        List<Integer> ends = new ArrayList<>();
        for (int i = 0; i < options.size(); i++) {
            if (i == options.size() - 1) {
                emit(options.get(i));
            } else {
                int split = add(Kind.SPLIT, code.size() + 1, 0);
                emit(options.get(i));
                ends.add(add(Kind.JUMP, 0, 0));
                code.set(split, new Instruction(Kind.SPLIT, split + 1, code.size()));
            }
        }
        for (int end : ends) {
            code.set(end, new Instruction(Kind.JUMP, code.size(), 0));
        }
    }

    private void emit(Node.Repeat repeat) {
        for (int i = 0; i < repeat.min(); i++) {
            emit(repeat.part());
        }
        if (repeat.max() == Node.Repeat.UNBOUNDED) {
            int split = add(Kind.SPLIT, 0, 0);
            emit(repeat.part());
            add(Kind.JUMP, split, 0);
            resolve(split, repeat.greedy());
            return;
        }
        List<Integer> splits = new ArrayList<>();
        for (int i = repeat.min(); i < repeat.max(); i++) {
            splits.add(add(Kind.SPLIT, 0, 0));
            emit(repeat.part());
        }
        splits.forEach(split -> resolve(split, repeat.greedy()));
    }

    /** Between what follows a split and the end of the code, in the order of preference. */
    private void resolve(int split, boolean greedy) {
        int in = split + 1;
        int out = code.size();
        code.set(split, new Instruction(Kind.SPLIT, greedy ? in : out, greedy ? out : in));
    }
}
