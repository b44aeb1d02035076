package apus.format.spec;

import apus.format.JsonObject;
import java.util.List;
import java.util.Set;

/**
 * One model family: a mapping from its config.json to a {@link ModelSpec}. No forward code.
 * Stateless.
 */
interface Family {
    /** Architectures it takes, as {@code architectures} of config.json names them. */
    List<String> architectures();

    /**
     * The model as data.
     *
     * @param tensors names in the files: some families are written with and without a prefix
     * @throws apus.format.ModelFormatException if the configuration contradicts itself
     * @throws apus.format.UnsupportedModelException if it asks for a variant that is not known
     */
    ModelSpec spec(JsonObject config, Set<String> tensors);
}
