package apus.openai.config;

import apus.openai.config.Setting.Effect;
import apus.openai.config.Setting.Group;
import apus.openai.config.Setting.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * What start scripts written for vLLM or its RunPod worker may hold and Apus does not need or have.
 * Nothing here is swallowed: each either says once that it has no effect, or is harmless to leave
 * unsaid (it steers the insides of another program), or would promise something that is not kept
 * and is refused.
 */
final class ForeignSettings {
    private static final String NO_GPU = "has no effect: it steers CUDA or Ray";
    private static final String NO_PYTHON = "has no effect: there is no Python here";
    private static final String NOT_BUILT = "has no effect yet: ";
    private static final String JOBS = NOT_BUILT + "the job routes are not built";
    private static final String TOOLS = NOT_BUILT + "tool calls are not built";
    private static final String SPECULATION = NOT_BUILT + "speculative decoding is not built";
    private static final String LORA = NOT_BUILT + "LoRA adapters are not built";
    private static final String IMAGES = "has no effect: models here take text only";

    static final List<Setting> ALL = List.copyOf(all());

    private ForeignSettings() {}

    private static List<Setting> all() {
        List<Setting> all = new ArrayList<>();
        silent(
                all,
                "steers CUDA or Ray",
                "disable-custom-all-reduce?",
                "enforce-eager?",
                "worker-use-ray?",
                "distributed-executor-backend",
                "max-parallel-loading-workers",
                "attention-backend");
        silent(
                all,
                "there is one grammar engine",
                "guided-decoding-backend",
                "structured-outputs-config");
        silent(
                all,
                "prompts are not logged, nor statistics printed",
                "disable-log-stats?",
                "max-log-len",
                "disable-uvicorn-access-log?");
        silent(all, "tokenizers are Apus' own", "tokenizer-mode");
        warnsIfTrue(all, NO_PYTHON, "trust-remote-code", "skip-tokenizer-init");

        warns(
                all,
                "has no effect: the cache has the fixed size that kv-cache-memory sets",
                "swap-space",
                "num-gpu-blocks-override",
                "cpu-offload-gb");
        warns(
                all,
                NO_GPU,
                "device",
                "compilation-config",
                "max-seq-len-to-capture",
                "max-context-len-to-capture",
                "num-scheduler-steps",
                "num-lookahead-slots",
                "data-parallel-backend",
                "data-parallel-address",
                "kv-transfer-config",
                "kv-events-config",
                "calculate-kv-scales?",
                "enable-expert-parallel?",
                "enable-sleep-mode?",
                "disable-cascade-attn?",
                "ray-workers-use-nsight?",
                "nnodes",
                "node-rank",
                "master-addr",
                "master-port");
        warns(
                all,
                SPECULATION,
                "speculative-config",
                "speculative-model",
                "num-speculative-tokens",
                "ngram-prompt-lookup-min",
                "ngram-prompt-lookup-max",
                "speculative-draft-tensor-parallel-size");
        warns(
                all,
                LORA,
                "max-loras",
                "max-lora-rank",
                "lora-modules",
                "max-cpu-loras",
                "lora-dtype",
                "lora-extra-vocab-size",
                "long-lora-scaling-factors",
                "fully-sharded-loras?");
        warns(all, TOOLS, "enable-auto-tool-choice?", "tool-call-parser", "tool-parser-plugin");
        warns(
                all,
                NOT_BUILT + "reasoning is not split from answers",
                "reasoning-parser",
                "enable-reasoning?");
        warns(
                all,
                "has no effect: the model's own configuration is used",
                "rope-scaling",
                "rope-theta",
                "hf-overrides",
                "hf-config-path",
                "config-format",
                "model-impl",
                "code-revision",
                "disable-sliding-window?");
        warns(
                all,
                IMAGES,
                "limit-mm-per-prompt",
                "mm-processor-kwargs",
                "mm-processor-cache-gb",
                "disable-mm-preprocessor-cache?",
                "allowed-local-media-path",
                "allowed-media-domains",
                "interleave-mm-strings?");
        warns(
                all,
                "has no effect: the scheduler has one policy",
                "scheduling-policy",
                "scheduler-cls",
                "scheduler-delay-factor",
                "preemption-mode",
                "max-num-partial-prefills",
                "max-long-partial-prefills",
                "long-prefill-token-threshold",
                "async-scheduling?",
                "use-v2-block-manager?",
                "prefix-caching-hash-algo");
        warns(
                all,
                "has no effect: it steers vLLM's Python server",
                "root-path",
                "middleware",
                "allowed-methods",
                "allowed-headers",
                "allow-credentials?",
                "uvicorn-log-level",
                "log-config-file",
                "api-server-count",
                "disable-fastapi-docs?",
                "disable-frontend-multiprocessing?",
                "enable-request-id-headers?",
                "enable-server-load-tracking?",
                "chat-template-content-format",
                "otlp-traces-endpoint",
                "collect-detailed-traces",
                "show-hidden-metrics-for-version",
                "additional-config",
                "use-tqdm-on-load?",
                "model-loader-extra-config",
                "ignore-patterns",
                "task",
                "runner",
                "convert",
                "logits-processors",
                "extra-args",
                "vllm-extra-args",
                "vllm-port",
                "vllm-startup-timeout");
        warns(
                all,
                JOBS,
                "default-batch-size",
                "default-min-batch-size",
                "min-batch-size",
                "default-batch-size-growth-factor",
                "batch-size-growth-factor",
                "raw-openai-output?",
                "webhook-allow-hosts");
        refuses(
                all,
                "TLS is not built; put a reverse proxy in front and leave this out",
                "ssl-keyfile",
                "ssl-certfile",
                "ssl-ca-certs",
                "ssl-cert-reqs");
        return all;
    }

    private static void silent(List<Setting> all, String why, String... keys) {
        add(all, "Accepted silently: " + why + ".", (d, v) -> {}, keys);
    }

    private static void warns(List<Setting> all, String why, String... keys) {
        add(all, "Warns: " + why + ".", (d, v) -> d.warn(v, why), keys);
    }

    private static void warnsIfTrue(List<Setting> all, String why, String... keys) {
        for (String key : keys) {
            add(all, "true warns: " + why + ".", (d, v) -> d.warn(v, why), key + "?");
        }
    }

    private static void refuses(List<Setting> all, String why, String... keys) {
        add(
                all,
                "An error: " + why + ".",
                (d, v) -> {
                    throw new ConfigurationException(v.origin() + " cannot be honoured: " + why);
                },
                keys);
    }

    /**
     * A question mark at a key's end says that the flag stands alone. Turned off, such a switch
     * asks for nothing and has no effect; what is neither on nor off is an error.
     */
    private static void add(List<Setting> all, String help, Effect effect, String... keys) {
        for (String key : keys) {
            boolean alone = key.endsWith("?");
            all.add(
                    new Setting(
                            alone ? key.substring(0, key.length() - 1) : key,
                            List.of(),
                            List.of(),
                            Group.FOREIGN,
                            alone ? Shape.SWITCH : Shape.ONE,
                            alone ? "" : "VALUE",
                            "(none)",
                            help,
                            alone ? ifOn(effect) : effect));
        }
    }

    private static Effect ifOn(Effect effect) {
        return (draft, value) -> {
            if (value.flag()) {
                effect.apply(draft, value);
            }
        };
    }
}
