package apus.kernels.tornado;

import apus.format.spec.Act;
import apus.kernels.tornado.loops.Finish;

/** What becomes of a product: the arguments of {@link Finish#put}. */
record Ending(int finish, int act, float factor, float cap) {
    /** y = sum. */
    static final Ending STORE = new Ending(Finish.STORE, 0, 1, 0);

    /** y += factor * sum. */
    static Ending adding(float factor) {
        return new Ending(Finish.ADD, 0, factor, 0);
    }

    /** y = act(sum). */
    static Ending activating(Act act) {
        return new Ending(Finish.ACTIVATE, code(act), 1, 0);
    }

    /**
     * y = act(sum) * sum of the row as far down as there are rows of the gate.
     *
     * @param limit see {@link apus.format.spec.Gated}; 0 = none
     */
    static Ending gating(Act act, float limit) {
        return new Ending(Finish.GATE, code(act), 1, limit);
    }

    /** Whether two rows make one number. */
    boolean gates() {
        return finish == Finish.GATE;
    }

    /** y = cap * tanh(factor * sum / cap); cap 0 = not capped. */
    static Ending capping(float factor, float cap) {
        return new Ending(Finish.CAP, 0, factor, cap);
    }

    /** What the kernels call an activation. */
    static int code(Act act) {
        return switch (act) {
            case SILU -> Finish.SILU;
            case GELU_TANH -> Finish.GELU_TANH;
            case GELU -> Finish.GELU;
            case RELU -> Finish.RELU;
        };
    }
}
