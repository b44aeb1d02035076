package apus.runtime;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The best beams that have ended, and whether the search may end with them. */
final class BeamPool {
    private final Search.Beam search;
    private final List<Ended> best = new ArrayList<>();

    /** A beam that has ended. */
    record Ended(int[] tokens, List<TokenLogprobs> details, double score, Finish finish) {}

    BeamPool(Search.Beam search) {
        this.search = search;
    }

    /**
     * @param sum of the log-probabilities of all its tokens
     * @param length tokens that count for the length penalty
     */
    void add(int[] tokens, List<TokenLogprobs> details, double sum, Finish finish, int length) {
        best.add(new Ended(tokens, details, score(sum, length), finish));
        best.sort(Comparator.comparingDouble(Ended::score).reversed());
        if (best.size() > search.width()) {
            best.removeLast();
        }
    }

    /** Best first, at most as many as the search is wide. */
    List<Ended> best() {
        return best;
    }

    /**
     * Whether no live beam needs to go on.
     *
     * @param sum of the best live beam
     * @param length generated tokens of the live beams
     * @param longest generated tokens they may come to have
     */
    boolean enough(double sum, int length, int longest) {
        if (best.size() < search.width()) {
            return false;
        }
        double worst = best.getLast().score();
        return switch (search.earlyStopping()) {
            case TRUE -> true;
            case FALSE -> score(sum, length) <= worst;
            // A sum only falls; with a positive penalty, length makes up for it most at the end.
            case NEVER -> score(sum, search.lengthPenalty() > 0 ? longest : length) <= worst;
        };
    }

    private double score(double sum, int length) {
        return sum / Math.pow(Math.max(1, length), search.lengthPenalty());
    }
}
