package apus.format.spec;

import apus.format.JsonObject;

/**
 * One model family: a mapping from its config.json to a {@link ModelSpec}. No forward code.
 * Stateless.
 */
interface Family {

    /**
     * The model as data.
     *
     * @throws apus.format.ModelFormatException if the configuration contradicts itself
     * @throws apus.format.UnsupportedModelException if it asks for a variant that is not known
     */
    ModelSpec spec(JsonObject config);

    /** Architectures it takes, for messages. */
    java.util.List<String> architectures();
}
