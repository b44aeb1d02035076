package apus.runtime.template;

import java.time.Clock;
import java.util.Map;

/** One rendering: its variables, its output so far, and what it may still spend. One thread. */
final class Run {
    /** How many steps pass between two looks at the clock. */
    private static final int CLOCK_STEPS = 4096;

    /** What one element of a list or map weighs, in characters, and an empty one its fourfold. */
    private static final int ITEM_CHARS = 16;

    private final Map<String, Object> variables;
    private final Clock clock;
    private final Limits limits;
    private final long deadline;
    private long steps;
    private long checkpoint;
    private long chars;
    private int depth;
    private int line = 1;
    private StringBuilder out = new StringBuilder(1024);

    Run(Map<String, Object> variables, Limits limits, Clock clock) {
        this.variables = variables;
        this.limits = limits;
        this.clock = clock;
        this.deadline = System.nanoTime() + limits.time().toNanos();
        this.steps = limits.steps();
        this.checkpoint = steps - CLOCK_STEPS;
        this.chars = 16L * limits.outputChars();
        this.depth = limits.depth();
    }

    Clock clock() {
        return clock;
    }

    /** A variable of the caller, else a global, else {@link Undefined#MISSING}. */
    Object variable(String name) {
        Object value = variables.get(name);
        if (value != null || variables.containsKey(name)) {
            return value;
        }
        return Globals.find(name);
    }

    int line() {
        return line;
    }

    void at(int newLine) {
        line = newLine;
        step();
    }

    void step() {
        if (--steps < checkpoint) {
            check();
        }
    }

    void steps(long count) {
        steps -= count;
        if (steps < checkpoint) {
            check();
        }
    }

    private void check() {
        if (steps < 0) {
            throw TemplateException.limit(
                    "the template takes more than " + limits.steps() + " steps");
        }
        if (System.nanoTime() - deadline > 0) {
            throw TemplateException.limit(
                    "the template takes longer than " + limits.time().toMillis() + " ms");
        }
        checkpoint = steps - CLOCK_STEPS;
    }

    /** Announces a text of this length, before it is made. */
    void making(long length) {
        if (length > limits.outputChars()) {
            throw TemplateException.limit(
                    "the template makes a text of more than "
                            + limits.outputChars()
                            + " characters");
        }
        chars -= length;
        if (chars < 0) {
            throw TemplateException.limit(
                    "the template makes more than "
                            + 16L * limits.outputChars()
                            + " characters of text in all");
        }
        steps(1 + (length >> 6));
    }

    /** Announces a list or map of so many elements, before it is made. */
    void makingItems(long count) {
        making(Math.min(count + 4, Integer.MAX_VALUE) * ITEM_CHARS);
    }

    /** Accounts for a text no longer than what it was made from. */
    String made(String text) {
        making(text.length());
        return text;
    }

    String concat(String a, String b) {
        making((long) a.length() + b.length());
        return a.concat(b);
    }

    /** Checks a text in the making. */
    void growing(StringBuilder text) {
        step();
        if (text.length() > limits.outputChars()) {
            making(text.length());
        }
    }

    /** Goes down so many levels of nesting; {@link #leave} comes back. */
    void enter(int levels) {
        depth -= levels;
        if (depth < 0) {
            throw TemplateException.limit(
                    "the template nests calls or values deeper than " + limits.depth() + " levels");
        }
    }

    void leave(int levels) {
        depth += levels;
    }

    void emit(String text) {
        making(text.length());
        if ((long) out.length() + text.length() > limits.outputChars()) {
            making(Long.MAX_VALUE);
        }
        out.append(text);
    }

    /** Starts to collect output apart; give the result to {@link #release}. */
    StringBuilder capture() {
        StringBuilder outer = out;
        out = new StringBuilder();
        return outer;
    }

    /** Ends the collecting and gives what was collected. */
    String release(StringBuilder outer) {
        String text = out.toString();
        out = outer;
        return text;
    }

    String output() {
        return out.toString();
    }
}
