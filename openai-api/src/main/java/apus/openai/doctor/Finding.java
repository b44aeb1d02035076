package apus.openai.doctor;

/**
 * One thing that was looked at.
 *
 * @param name what, {@code OpenCL}
 * @param status whether it works
 * @param found as it is, one sentence or less
 * @param advice what to do about it; empty if nothing
 */
public record Finding(String name, Status status, String found, String advice) {
    /** Whether a thing works. */
    public enum Status {
        OK,
        /** Not there, or not at its best; Apus runs without. */
        NOTE,
        /** There, and does not work. */
        PROBLEM
    }

    static Finding ok(String name, String found) {
        return new Finding(name, Status.OK, found, "");
    }

    static Finding note(String name, String found, String advice) {
        return new Finding(name, Status.NOTE, found, advice);
    }

    static Finding problem(String name, String found, String advice) {
        return new Finding(name, Status.PROBLEM, found, advice);
    }
}
