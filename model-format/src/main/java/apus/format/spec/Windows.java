package apus.format.spec;

import apus.format.JsonObject;
import apus.format.UnsupportedModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** Which layers look at a sliding window only. */
final class Windows {
    private Windows() {}

    /**
     * The window of each layer, 0 for none. Where the configuration has {@code layer_types}, they
     * decide.
     *
     * @param window {@code sliding_window}; 0 = none
     * @param slides whether a layer slides, where there are no {@code layer_types}
     */
    static List<Integer> of(JsonObject config, int layers, int window, IntPredicate slides) {
        List<Integer> windows = new ArrayList<>();
        List<String> types = config.texts("layer_types");
        if (!types.isEmpty() && types.size() != layers) {
            throw config.error(
                    "layer_types",
                    "must name "
                            + layers
                            + " layers as num_hidden_layers says, found "
                            + types.size());
        }
        for (int i = 0; i < layers; i++) {
            boolean sliding = types.isEmpty() ? slides.test(i) : isSliding(config, types.get(i));
            windows.add(sliding ? window : 0);
        }
        return windows;
    }

    /** {@code sliding_window}, 0 if it is absent. */
    static int size(JsonObject config, int absent) {
        return config.integer("sliding_window", 1, Integer.MAX_VALUE, absent);
    }

    private static boolean isSliding(JsonObject config, String type) {
        return switch (type) {
            case "sliding_attention" -> true;
            case "full_attention" -> false;
            default ->
                    throw new UnsupportedModelException(
                            config.where()
                                    + ": the layer type '"
                                    + type
                                    + "' of 'layer_types' is not known; full_attention and sliding_attention are");
        };
    }
}
