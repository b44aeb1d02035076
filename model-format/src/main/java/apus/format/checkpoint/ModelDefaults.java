package apus.format.checkpoint;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What config.json, tokenizer_config.json and generation_config.json say beside the architecture.
 *
 * @param eosIds union of the eos ids of all three files, ascending
 * @param bosToken text of the BOS token, given to chat templates as {@code bos_token}
 * @param eosToken text of the EOS token
 * @param padToken text of the padding token
 * @param unkToken text of the unknown token
 * @param temperature generation_config.json, if there
 * @param topP generation_config.json, if there
 * @param topK generation_config.json, if there
 * @param minP generation_config.json, if there
 * @param repetitionPenalty generation_config.json, if there
 */
public record ModelDefaults(
        List<Integer> eosIds,
        Optional<String> bosToken,
        Optional<String> eosToken,
        Optional<String> padToken,
        Optional<String> unkToken,
        OptionalDouble temperature,
        OptionalDouble topP,
        OptionalInt topK,
        OptionalDouble minP,
        OptionalDouble repetitionPenalty) {
    public ModelDefaults {
        eosIds = List.copyOf(eosIds);
    }
}
