package apus.format.spec;

import java.util.List;

/**
 * A decoder-only transformer as data: what both backends walk. No weights, no files.
 *
 * @param family for people, for example {@code llama}
 * @param vocab rows of the embedding; at least the tokenizer's vocabulary
 * @param hidden width of the residual stream
 * @param maxPositions longest sequence the configuration allows, in tokens, scalings included
 * @param embed input
 * @param layers in order
 * @param finalNorm before the head
 * @param head output
 */
public record ModelSpec(
        String family,
        int vocab,
        int hidden,
        int maxPositions,
        Embedding embed,
        List<Layer> layers,
        Norm finalNorm,
        Head head) {
    public ModelSpec {
        layers = List.copyOf(layers);
    }

    /**
     * How many positions any layer looks back, its own included; 0 if a layer sees all. What is
     * further back than that no layer reads again.
     */
    public int window() {
        boolean everywhere = layers.stream().allMatch(l -> l.attn().window() > 0);
        return everywhere ? layers.stream().mapToInt(l -> l.attn().window()).max().orElse(0) : 0;
    }

    /** Every weight the model needs; a tied one comes twice. */
    public List<WeightRef> weights() {
        return References.of(this);
    }
}
