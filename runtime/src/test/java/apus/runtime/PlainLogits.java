package apus.runtime;

/** Arithmetic on logits as its formula says it. */
final class PlainLogits {
    private PlainLogits() {}

    /** In double precision and in order of index. */
    static double logSumExp(float[] z) {
        float max = Float.NEGATIVE_INFINITY;
        for (float value : z) {
            max = Math.max(max, value);
        }
        double sum = 0;
        for (float value : z) {
            sum += Math.exp(value - max);
        }
        return max + Math.log(sum);
    }
}
