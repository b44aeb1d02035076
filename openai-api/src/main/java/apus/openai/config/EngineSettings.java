package apus.openai.config;

import static apus.openai.config.Setting.one;
import static apus.openai.config.Setting.toggle;

import apus.openai.config.Setting.Group;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** How the model is run. */
final class EngineSettings {
    private static final Group GROUP = Group.ENGINE;
    private static final int MAX = Integer.MAX_VALUE;

    static final List<Setting> ALL =
            List.of(
                    one(
                            GROUP,
                            "backend",
                            "NAME",
                            "auto",
                            "What computes: cpu, tornado (a GPU, through TornadoVM), or auto: the GPU if there is one that takes the model, else the CPU.",
                            (d, v) -> d.engine.backend(v.text())),
                    one(
                                    GROUP,
                                    "kernels",
                                    "NAME",
                                    "auto",
                                    "CPU kernels: auto, tile, vector or scalar. A choice that is not available is an error. tile: matrix tiles (AMX) by machine code made at start, which auto does not take yet.",
                                    (d, v) ->
                                            d.engine.kernels(
                                                    v.choice("auto", "tile", "vector", "scalar")))
                            .alias("--cpu-kernels"),
                    one(
                            GROUP,
                            "activation-precision",
                            "TYPE",
                            "float32",
                            "Inputs of matrix products on tile kernels: float32, or bf16 for speed. Other kernels take float32 alone.",
                            (d, v) -> d.engine.activations(v.choice("float32", "bf16"))),
                    one(
                            GROUP,
                            "threads",
                            "N",
                            "(all processors)",
                            "Compute threads in all, the engine's own included.",
                            (d, v) -> d.engine.threads(v.integer(1, 4096))),
                    one(
                            GROUP,
                            "max-model-len",
                            "TOKENS",
                            "(the model's)",
                            "Longest sequence, prompt and answer together; more than the model allows is an error. auto or -1: the model's.",
                            EngineSettings::maxModelLen),
                    one(
                            GROUP,
                            "max-num-seqs",
                            "N",
                            "256",
                            "Sequences that run at a time.",
                            (d, v) -> d.engine.maxSequences(v.integer(1, 65536))),
                    one(
                            GROUP,
                            "max-num-batched-tokens",
                            "TOKENS",
                            "0",
                            "Tokens per step, prompts and answers together; 0: chosen from the machine.",
                            (d, v) -> d.engine.maxTokensPerStep((int) v.count(0, 1 << 20))),
                    one(
                            GROUP,
                            "max-concurrency",
                            "N",
                            "0",
                            "Requests that run at a time, others wait; 0: no limit beside max-num-seqs.",
                            (d, v) -> d.engine.maxConcurrency(v.integer(0, MAX))),
                    one(
                            GROUP,
                            "max-queue",
                            "N",
                            "1024",
                            "Requests that may wait; more are refused with 429.",
                            (d, v) -> d.engine.maxQueue(v.integer(0, MAX))),
                    one(
                            GROUP,
                            "max-buffered-chunks",
                            "N",
                            "16384",
                            "Pieces of an answer kept for a slow reader before its request is cancelled.",
                            (d, v) -> d.engine.maxBufferedChunks(v.integer(1, MAX))),
                    toggle(
                            GROUP,
                            "enable-chunked-prefill",
                            true,
                            "Whether long prompts are worked off in pieces beside running answers.",
                            (d, v) -> d.engine.chunkedPrefill(v.flag())),
                    toggle(
                            GROUP,
                            "enable-prefix-caching",
                            true,
                            "Whether equal beginnings of prompts are computed once. Answers are the same either way.",
                            (d, v) -> d.engine.prefixCaching(v.flag())),
                    one(
                            GROUP,
                            "block-size",
                            "TOKENS",
                            "16",
                            "Tokens per block of the key/value cache.",
                            (d, v) -> d.engine.blockSize(v.integer(1, 1024))),
                    one(
                                    GROUP,
                                    "kv-cache-memory",
                                    "BYTES",
                                    "(the smaller of 4 GiB and a quarter of the memory free after the weights)",
                                    "Memory for keys and values, such as 2G, 1.5GiB or 800m; k, m, g are powers of 1000, K, M, G of 1024.",
                                    (d, v) -> d.engine.kvCacheBytes(v.count(1, Long.MAX_VALUE)))
                            .alias("--kv-cache-memory-bytes")
                            .variable("KV_CACHE_MEMORY_BYTES"),
                    one(
                            GROUP,
                            "kv-cache-dtype",
                            "TYPE",
                            "auto",
                            "Format of the cache: auto or float32, which are the same.",
                            (d, v) -> v.choice("auto", "float32")),
                    one(
                            GROUP,
                            "gpu-memory-utilization",
                            "SHARE",
                            "(0.9 on a device, none on the CPU)",
                            "Share of the memory that can be had at start which weights, buffers and cache may take together; above 0, at most 1. On the CPU that is main memory, else the device's. kv-cache-memory goes first.",
                            EngineSettings::memoryShare),
                    new Setting(
                            "self-check",
                            List.of(),
                            List.of(),
                            GROUP,
                            Setting.Shape.SWITCH,
                            "",
                            "(on for a device, off for the CPU)",
                            "Whether the start compares logits of a short prompt with those of the CPU's kernels, and fails if they differ by more than rounding does. On a device it costs one such prompt on the CPU; a check of the CPU itself runs its plain kernels, which takes minutes for a large model.",
                            (d, v) -> d.engine.selfCheck(Optional.of(v.flag()))),
                    one(
                            GROUP,
                            "seed",
                            "N",
                            "(fresh for every request)",
                            "Makes requests without a seed of their own repeatable from one start to the next.",
                            (d, v) ->
                                    d.engine.seed(
                                            OptionalLong.of(
                                                    v.integer(Long.MIN_VALUE, Long.MAX_VALUE)))),
                    parallel("tensor-parallel-size", "-tp"),
                    parallel("pipeline-parallel-size", "-pp"),
                    parallel("data-parallel-size", "-dp"),
                    toggle(
                            GROUP,
                            "enable-lora",
                            false,
                            "LoRA adapters. Not built yet: true is an error.",
                            (d, v) -> refuse(v, "LoRA adapters are not supported yet")));

    private EngineSettings() {}

    private static void maxModelLen(Draft draft, Value value) {
        boolean auto = value.text().equals("auto") || value.text().equals("-1");
        draft.engine.maxModelLen(auto ? 0 : (int) value.count(1, MAX));
    }

    private static void memoryShare(Draft draft, Value value) {
        double share = value.decimal(0, 1);
        if (share == 0) {
            throw value.wrong("above 0");
        }
        draft.engine.memoryShare(OptionalDouble.of(share));
    }

    private static Setting parallel(String key, String alias) {
        return one(
                        GROUP,
                        key,
                        "N",
                        "1",
                        "Only 1: one device is used.",
                        (d, v) -> {
                            if (v.integer(1, MAX) != 1) {
                                throw v.wrong("1, since one device is used so far");
                            }
                        })
                .alias(alias);
    }

    private static void refuse(Value value, String why) {
        if (value.flag()) {
            throw new ConfigurationException(
                    value.origin() + " cannot be true: " + why + "; leave it out");
        }
    }
}
