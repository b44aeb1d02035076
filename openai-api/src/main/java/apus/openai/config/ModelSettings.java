package apus.openai.config;

import static apus.openai.config.Setting.many;
import static apus.openai.config.Setting.one;

import apus.openai.config.Setting.Group;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Which model, and where it lies. */
final class ModelSettings {
    private static final Group GROUP = Group.MODEL;
    // Names go into JSON, headers of logs and the path of /v1/models/ID.
    private static final Pattern SERVED_NAME = Pattern.compile("[^\\p{Cntrl},\\s]{1,200}");

    static final List<Setting> ALL =
            List.of(
                    one(
                                    GROUP,
                                    "config-file",
                                    "FILE",
                                    "(none)",
                                    "YAML file with any of these settings, named like the flags.",
                                    (d, v) -> {})
                            .alias("--config")
                            .variable("VLLM_CONFIG_FILE"),
                    one(
                                    GROUP,
                                    "model",
                                    "DIR",
                                    "(the demo model, served as apus-demo)",
                                    "Folder of a HuggingFace model, or ORG/NAME: taken from a cache, or downloaded.",
                                    (d, v) -> d.model = Optional.of(v))
                            .variable("MODEL_NAME"),
                    many(
                                    GROUP,
                                    "served-model-name",
                                    "NAME,...",
                                    "(the model as given)",
                                    "Names under which the model is served; the first is canonical.",
                                    (d, v) -> d.servedNames = servedNames(v))
                            .variable("OPENAI_SERVED_MODEL_NAME_OVERRIDE"),
                    one(
                                    GROUP,
                                    "tokenizer",
                                    "DIR",
                                    "(the model's own)",
                                    "Folder, tokenizer.json or ORG/NAME of another tokenizer.",
                                    (d, v) -> d.tokenizer = Optional.of(v))
                            .variable("TOKENIZER_NAME"),
                    one(
                            GROUP,
                            "tokenizer-revision",
                            "REVISION",
                            "main",
                            "Branch, tag or commit of a tokenizer named ORG/NAME.",
                            (d, v) -> d.tokenizerRevision = v.text()),
                    one(
                                    GROUP,
                                    "chat-template",
                                    "FILE",
                                    "(the model's own)",
                                    "Another chat template: a file, or Jinja text, in which \\n stands for a line break.",
                                    (d, v) ->
                                            d.engine.chatTemplate(
                                                    Optional.of(ChatTemplateSource.read(v))))
                            .variable("CUSTOM_CHAT_TEMPLATE"),
                    one(
                            GROUP,
                            "load-format",
                            "FORMAT",
                            "auto",
                            "Format of the weight files: auto or safetensors.",
                            (d, v) -> v.choice("auto", "safetensors")),
                    one(
                            GROUP,
                            "dtype",
                            "TYPE",
                            "auto",
                            "Weights are used as they are stored, with sums in float32: auto. The names float32, float16 and bfloat16 are known, but change nothing.",
                            ModelSettings::dtype),
                    one(
                                    GROUP,
                                    "quantization",
                                    "METHOD",
                                    "none",
                                    "int8 or int4: quantise plain weights at load, with a scale per 32 columns. gptq, awq, fp8, compressed-tensors or mxfp4: how the weights must be quantised already; a model that is not so is an error. none: whatever the model is.",
                                    ModelSettings::quantization)
                            .alias("-q"));

    private ModelSettings() {}

    private static List<String> servedNames(Value value) {
        List<String> names = value.list();
        if (names.isEmpty() || !names.stream().allMatch(n -> SERVED_NAME.matcher(n).matches())) {
            throw value.wrong("one or more names of at most 200 characters without spaces");
        }
        return names.stream().distinct().toList();
    }

    private static void quantization(Draft draft, Value value) {
        String method =
                value.choice(
                        "none",
                        "int8",
                        "int4",
                        "gptq",
                        "gptq_marlin",
                        "awq",
                        "awq_marlin",
                        "fp8",
                        "compressed-tensors",
                        "mxfp4",
                        "gpt_oss_mxfp4");
        // vLLM names some methods together with the kernels for them.
        draft.engine.quantization(
                switch (method) {
                    case "none" -> Optional.empty();
                    case "gpt_oss_mxfp4" -> Optional.of("mxfp4");
                    default -> Optional.of(method.replace("_marlin", ""));
                });
    }

    private static void dtype(Draft draft, Value value) {
        String type = value.choice("auto", "float32", "float", "float16", "half", "bfloat16");
        if (!type.equals("auto")) {
            draft.warn(
                    value,
                    "does not convert weights: they are used as they are stored, with sums in float32");
        }
    }
}
