package apus.format.spec;

import apus.format.JsonObject;
import apus.format.UnsupportedModelException;
import java.util.List;
import java.util.Set;

/** All families, and the one a configuration asks for. */
public final class Families {
    // Bounds on what a configuration may claim: far above any real model, low enough that products
    // of two stay in range.
    static final int MAX_VOCAB = 1 << 24;
    static final int MAX_WIDTH = 1 << 20;
    static final int MAX_LAYERS = 1 << 10;
    static final int MAX_HEADS = 1 << 10;
    static final int MAX_HEAD_DIM = 1 << 10;

    private static final List<Family> ALL =
            List.of(
                    new LlamaFamily(),
                    new Qwen2Family(),
                    new Qwen3Family(),
                    new MistralFamily(),
                    new GemmaFamily(),
                    new Phi3Family(),
                    new GraniteFamily(),
                    new SmolLm3Family(),
                    new Olmo2Family(),
                    new GptOssFamily(),
                    new Gpt2Family(),
                    new OptFamily(),
                    new GptNeoXFamily());

    private Families() {}

    /**
     * The model that a config.json describes.
     *
     * @param tensors names in the weight files
     * @throws UnsupportedModelException if its architecture or a part of it is not known
     * @throws apus.format.ModelFormatException if a key is missing or wrong
     */
    public static ModelSpec spec(JsonObject config, Set<String> tensors) {
        List<String> architectures = config.texts("architectures");
        for (String architecture : architectures) {
            for (Family family : ALL) {
                if (family.architectures().contains(architecture)) {
                    return family.spec(config, tensors);
                }
            }
        }
        throw new UnsupportedModelException(
                config.where()
                        + ": the architecture "
                        + (architectures.isEmpty()
                                ? "is not named ('architectures' is missing)"
                                : architectures + " is not known")
                        + "; known are "
                        + ALL.stream().flatMap(f -> f.architectures().stream()).toList());
    }
}
