package apus.runtime.sched;

/**
 * Blocks and places in the batch promised to a sequence, or to a family of beams, for its whole
 * life: what is admitted can always run to its end.
 */
final class Reservation {
    /** Most blocks its members hold together. */
    final int limit;

    /** Places in the batch. */
    final int places;

    /** Blocks that count for it: taken by its members, or passed on to them, and not given back. */
    int held;

    /** Sequences that live on it. */
    int members;

    Reservation(int limit, int places) {
        this.limit = limit;
        this.places = places;
    }
}
