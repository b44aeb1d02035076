package apus.format.spec;

import apus.format.JsonObject;
import apus.format.UnsupportedModelException;

/** Names of activation functions in configurations. */
final class Acts {
    private Acts() {}

    static Act of(JsonObject config, String key, String absent) {
        String name = config.text(key).orElse(absent);
        return switch (name) {
            case "silu", "swish" -> Act.SILU;
            case "gelu_pytorch_tanh", "gelu_new", "gelu_fast" -> Act.GELU_TANH;
            case "gelu" -> Act.GELU;
            case "relu" -> Act.RELU;
            default ->
                    throw new UnsupportedModelException(
                            config.where()
                                    + ": the activation '"
                                    + name
                                    + "' of '"
                                    + key
                                    + "' is not known; silu, gelu, gelu_pytorch_tanh, gelu_new and relu are");
        };
    }
}
