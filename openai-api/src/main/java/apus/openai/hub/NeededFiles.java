package apus.openai.hub;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Which of a repository's files Apus reads. The rest stays where it is: the same weights in other
 * formats (.bin, .pt, .gguf, onnx/, original/, consolidated.safetensors) can be many times the
 * size.
 */
final class NeededFiles {
    static final String CONFIG = "config.json";
    static final String TOKENIZER = "tokenizer.json";

    /** All weights in one file. It goes before an index, as it does when a model is opened. */
    static final String WEIGHTS = "model.safetensors";

    private static final Pattern OF_TOKENIZER =
            Pattern.compile(
                    "tokenizer[A-Za-z0-9._-]*\\.json|special_tokens_map\\.json|added_tokens\\.json"
                            + "|chat_template[A-Za-z0-9._-]*\\.(jinja|json)");

    private static final Set<String> OF_MODEL =
            Set.of(
                    CONFIG,
                    "generation_config.json",
                    // How GPTQ, AWQ and ModelOpt weights are packed, where config.json leaves it
                    // out.
                    "quantize_config.json",
                    "quant_config.json",
                    "hf_quant_config.json");

    private static final Pattern OTHER_WEIGHTS =
            Pattern.compile("(?i)[^/]*\\.(safetensors|bin|pt|pth|gguf|ggml|h5|msgpack|onnx)");

    private NeededFiles() {}

    /**
     * Everything but weights, sorted, the index of the weights included if they are in several
     * files.
     *
     * @throws HubException if what the purpose cannot do without is not there
     */
    static List<String> small(Repository repository, Collection<String> names, Needs needs) {
        TreeSet<String> wanted = new TreeSet<>();
        for (String name : names) {
            if (OF_TOKENIZER.matcher(name).matches()
                    || (needs == Needs.MODEL && OF_MODEL.contains(name))) {
                wanted.add(name);
            }
        }
        switch (needs) {
            case MODEL -> {
                require(repository, names, CONFIG, "so it is not a model that Apus can run");
                if (!names.contains(WEIGHTS)) {
                    requireIndex(repository, names);
                    wanted.add(ShardIndex.NAME);
                }
            }
            case TOKENIZER ->
                    require(
                            repository,
                            names,
                            TOKENIZER,
                            "the only format of tokenizers Apus reads");
        }
        return List.copyOf(wanted);
    }

    private static void require(
            Repository repository, Collection<String> names, String name, String why) {
        if (!names.contains(name)) {
            throw new HubException(repository + ": has no " + name + ", " + why);
        }
    }

    private static void requireIndex(Repository repository, Collection<String> names) {
        if (!names.contains(ShardIndex.NAME)) {
            List<String> other =
                    names.stream()
                            .filter(OTHER_WEIGHTS.asMatchPredicate())
                            .sorted()
                            .limit(5)
                            .map(Printable::quoted)
                            .toList();
            throw new HubException(
                    repository
                            + ": has neither "
                            + WEIGHTS
                            + " nor "
                            + ShardIndex.NAME
                            + (other.isEmpty() ? "" : ", but " + String.join(", ", other))
                            + "; Apus reads safetensors weights under these names only, so look for a repository that has them");
        }
    }

    /**
     * The weight files that an index names.
     *
     * @throws HubException if the repository lacks one
     */
    static List<String> shards(
            Repository repository, Collection<String> names, Collection<String> indexed) {
        for (String shard : indexed) {
            if (!names.contains(shard)) {
                throw new HubException(
                        repository
                                + ": "
                                + ShardIndex.NAME
                                + " names "
                                + shard
                                + ", which the repository does not have");
            }
        }
        return List.copyOf(indexed);
    }
}
