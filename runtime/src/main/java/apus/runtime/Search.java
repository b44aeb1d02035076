package apus.runtime;

/** How the choices of a request are found. */
public sealed interface Search {
    /** Choices to return. */
    int n();

    /** Sequences that are generated for them. */
    int width();

    /** One choice. */
    Search SINGLE = new Draw(1, 1, Score.SUM);

    /** How candidates are ranked. */
    enum Score {
        /** Sum of the raw log-probabilities of all generated tokens. */
        SUM,
        /** Their mean. */
        MEAN
    }

    /**
     * Each candidate is drawn with its own random stream; if there are more candidates than
     * choices, nothing is given out until all have ended and the best are known.
     *
     * @param n choices to return
     * @param candidates sequences to draw, at least n
     * @param score ranking when candidates &gt; n; ties go to the earlier candidate
     */
    record Draw(int n, int candidates, Score score) implements Search {
        public Draw {
            checkCount(n);
            checkWidth(n, candidates);
        }

        @Override
        public int width() {
            return candidates;
        }
    }

    /** When a beam search may end. */
    enum EarlyStopping {
        /** When {@code width} beams have ended and no live one beats the worst of them now. */
        FALSE,
        /** As soon as {@code width} beams have ended. */
        TRUE,
        /** As FALSE, but looking at the best score a live beam could still reach. */
        NEVER
    }

    /**
     * Keeps the {@code width} likeliest sequences at every step. Deterministic; temperature, top_p,
     * top_k, min_p and seed play no part. Score = sum of log-probabilities / length ^
     * lengthPenalty, length in generated tokens without an end-of-sequence token, at least 1.
     */
    record Beam(int n, int width, double lengthPenalty, EarlyStopping earlyStopping)
            implements Search {
        public Beam {
            checkCount(n);
            checkWidth(n, width);
            if (!Double.isFinite(lengthPenalty)) {
                throw new RequestException(
                        "length_penalty",
                        "'length_penalty' must be finite, got " + lengthPenalty + ".");
            }
        }
    }

    /** n choices, each drawn once. */
    static Search draw(int n) {
        return new Draw(n, n, Score.SUM);
    }

    private static void checkCount(int n) {
        if (n < 1) {
            throw new RequestException("n", "'n' must be at least 1, got " + n + ".");
        }
    }

    private static void checkWidth(int n, int width) {
        if (width < n) {
            throw new RequestException(
                    "best_of", "'best_of' must be at least 'n' (" + n + "), got " + width + ".");
        }
    }
}
