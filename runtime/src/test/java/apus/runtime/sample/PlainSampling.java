package apus.runtime.sample;

import apus.runtime.Sampling;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The sampling steps as their definition reads: whole sorts, whole passes, double arithmetic on
 * logits that are floats, no state. The oracle of the tests.
 *
 * @param ends end-of-sequence and stop tokens
 */
record PlainSampling(Sampling s, int minTokens, List<Integer> prompt, List<Integer> ends) {
    /** Logits after masks, bias and penalties. */
    double[] process(float[] raw, List<Integer> generated) {
        double[] z = new double[raw.length];
        for (int i = 0; i < z.length; i++) {
            boolean allowed = s.allowedTokens().isEmpty() || s.allowedTokens().contains(i);
            z[i] = allowed ? raw[i] : Double.NEGATIVE_INFINITY;
        }
        for (List<Integer> word : s.badWords()) {
            List<Integer> before = word.subList(0, word.size() - 1);
            int from = generated.size() - before.size();
            if (from >= 0 && generated.subList(from, generated.size()).equals(before)) {
                z[word.getLast()] = Double.NEGATIVE_INFINITY;
            }
        }
        if (generated.size() < minTokens) {
            ends.forEach(i -> z[i] = Double.NEGATIVE_INFINITY);
        }
        s.logitBias().forEach((i, b) -> z[i] = (float) (z[i] + b));
        Set<Integer> seen = new HashSet<>(prompt);
        seen.addAll(generated);
        for (int i : seen) {
            z[i] = z[i] > 0 ? z[i] / s.repetitionPenalty() : z[i] * s.repetitionPenalty();
        }
        for (int i = 0; i < z.length; i++) {
            int token = i;
            long count = generated.stream().filter(t -> t == token).count();
            z[i] -= s.frequencyPenalty() * count + (count > 0 ? s.presencePenalty() : 0);
            z[i] = (float) z[i];
        }
        return z;
    }

    /** Probability of each token; 0 for those filtered out. */
    double[] distribution(double[] z) {
        double[] q = softmax(z);
        List<Integer> order =
                new ArrayList<>(
                        IntStream.range(0, z.length)
                                .boxed()
                                .sorted(
                                        // + 0: the two zeros count as equal.
                                        Comparator.<Integer>comparingDouble(i -> -z[i] + 0.0)
                                                .thenComparing(i -> i))
                                .toList());
        double best = q[order.getFirst()];
        order.removeIf(i -> q[i] == 0 || q[i] < s.minP() * best);
        if (s.topK() > 0 && s.topK() < order.size()) {
            double kth = z[order.get(s.topK() - 1)];
            order.removeIf(i -> z[i] < kth);
        }
        double rest = order.stream().mapToDouble(i -> q[i]).sum();
        double mass = 0;
        int kept = 0;
        while (kept < order.size() && (kept == 0 || mass / rest < s.topP())) {
            mass += q[order.get(kept++)];
        }
        double[] result = new double[z.length];
        for (int i : order.subList(0, kept)) {
            result[i] = q[i] / mass;
        }
        return result;
    }

    /** Distance between the limits of min_p and top_p and the nearest token's value. */
    double margin(double[] z) {
        double[] q = softmax(z);
        List<Double> sorted = new ArrayList<>();
        for (double p : q) {
            sorted.add(p);
        }
        sorted.sort(Comparator.reverseOrder());
        double best = sorted.getFirst();
        double margin = 1;
        for (double p : sorted) {
            margin = Math.min(margin, s.minP() > 0 ? Math.abs(p / best - s.minP()) : 1);
        }
        sorted.removeIf(p -> p == 0 || p < s.minP() * best);
        if (s.topK() > 0 && s.topK() < sorted.size()) {
            double kth = sorted.get(s.topK() - 1);
            sorted.removeIf(p -> p < kth);
        }
        double rest = sorted.stream().mapToDouble(p -> p).sum();
        double mass = 0;
        for (double p : sorted) {
            mass += p;
            margin = Math.min(margin, s.topP() < 1 ? Math.abs(mass / rest - s.topP()) : 1);
        }
        return margin;
    }

    private double[] softmax(double[] z) {
        double temperature = Math.max(s.temperature(), 0.01);
        double max = IntStream.range(0, z.length).mapToDouble(i -> z[i]).max().orElseThrow();
        double[] q = new double[z.length];
        double sum = 0;
        for (int i = 0; i < z.length; i++) {
            q[i] = StrictMath.exp((z[i] - max) / temperature);
            sum += q[i];
        }
        for (int i = 0; i < z.length; i++) {
            q[i] /= sum;
        }
        return q;
    }
}
