package apus.runtime.template;

/** The variables of one call: of the template itself, of a macro, or of one level of a loop. */
final class Frame {
    final Run run;
    private final Frame outer;
    private final Object[] slots;

    Frame(Run run, Frame outer, int size) {
        this.run = run;
        this.outer = outer;
        this.slots = new Object[size];
    }

    Object get(int index) {
        return slots[index];
    }

    void set(int index, Object value) {
        slots[index] = value;
    }

    /** The frame so many functions further out. */
    Frame out(int hops) {
        Frame frame = this;
        for (int i = 0; i < hops; i++) {
            frame = frame.outer;
        }
        return frame;
    }
}
