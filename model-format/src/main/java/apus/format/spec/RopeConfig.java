package apus.format.spec;

import apus.format.JsonObject;
import apus.format.ModelFormatException;
import apus.format.UnsupportedModelException;
import java.util.List;
import java.util.Optional;

/**
 * Reads a rope out of config.json, in the form of transformers 4 ({@code rope_theta} beside {@code
 * rope_scaling}, whose kind is called {@code rope_type} or {@code type}) or 5 (all of it in {@code
 * rope_parameters}).
 *
 * @param rope the rope
 * @param maxPositions longest sequence, the scaling included (as vLLM derives it)
 */
record RopeConfig(Rope rope, int maxPositions) {
    private static final int MAX_LENGTH = 1 << 28;

    static RopeConfig of(JsonObject config, int headDim) {
        return of(config, config.object("rope_parameters"), headDim, 10_000, 1);
    }

    /** With the names and defaults of GPT-NeoX. */
    static RopeConfig ofNeoX(JsonObject config, int headDim) {
        return of(
                config,
                config.object("rope_parameters"),
                headDim,
                config.number("rotary_emb_base", 10_000),
                config.number("rotary_pct", 0.25));
    }

    /**
     * The rope of one kind of layer: version 5 puts the parameters of each below its name.
     *
     * @param theta where the file has none
     */
    static RopeConfig ofLayerType(JsonObject config, int headDim, String type, double theta) {
        Optional<JsonObject> all = config.object("rope_parameters");
        Optional<JsonObject> own = all.flatMap(p -> p.object(type));
        return of(config, own.or(() -> all), headDim, theta, 1);
    }

    private static RopeConfig of(
            JsonObject config,
            Optional<JsonObject> parameters,
            int headDim,
            double theta,
            double part) {
        int positions = config.integer("max_position_embeddings", 1, MAX_LENGTH, 2048);
        JsonObject thetaHolder = parameters.filter(p -> p.has("rope_theta")).orElse(config);
        double base = thetaHolder.number("rope_theta", theta);
        if (base <= 1) {
            throw thetaHolder.error("rope_theta", "must be greater than 1, found " + base);
        }
        JsonObject partialHolder =
                parameters.filter(p -> p.has("partial_rotary_factor")).orElse(config);
        double partial = partialHolder.number("partial_rotary_factor", part);
        int rotaryDim = (int) (headDim * partial);
        if (rotaryDim < 2 || rotaryDim > headDim || rotaryDim % 2 != 0) {
            throw config.error(
                    "head_dim",
                    "times partial_rotary_factor must be even and between 2 and "
                            + headDim
                            + ", found "
                            + headDim
                            + " * "
                            + partial);
        }
        Optional<JsonObject> holder = parameters.or(() -> config.object("rope_scaling"));
        if (holder.isEmpty()) {
            return new RopeConfig(new Rope(base, rotaryDim, new RopeScaling.Unscaled()), positions);
        }
        JsonObject s = holder.get();
        String kind = s.text("rope_type").or(() -> s.text("type")).orElse("default");
        int original =
                s.integer(
                        "original_max_position_embeddings",
                        1,
                        MAX_LENGTH,
                        config.integer(
                                "original_max_position_embeddings", 1, MAX_LENGTH, positions));
        RopeScaling scaling =
                switch (kind) {
                    case "default" -> new RopeScaling.Unscaled();
                    case "linear" -> new RopeScaling.Linear(factor(s));
                    case "dynamic" -> dynamic(s, rotaryDim, original);
                    case "llama3" -> llama3(s, original);
                    case "yarn" -> yarn(s, original);
                    case "longrope" -> longRope(s, rotaryDim, original, positions);
                    default ->
                            throw new UnsupportedModelException(
                                    s.where()
                                            + ": the rope scaling '"
                                            + kind
                                            + "' is not known; default, linear, dynamic, llama3, yarn and longrope are");
                };
        return new RopeConfig(new Rope(base, rotaryDim, scaling), stretched(scaling, positions));
    }

    private static int stretched(RopeScaling scaling, int positions) {
        double length =
                switch (scaling) {
                    case RopeScaling.Linear(double factor) -> positions * factor;
                    case RopeScaling.Dynamic(double factor, int original) -> original * factor;
                    case RopeScaling.Yarn yarn -> yarn.originalMax() * yarn.factor();
                    case RopeScaling.Unscaled _, RopeScaling.Llama3 _, RopeScaling.LongRope _ ->
                            positions;
                };
        return (int) Math.min(length, MAX_LENGTH);
    }

    private static RopeScaling dynamic(JsonObject s, int rotaryDim, int original) {
        if (rotaryDim < 4) {
            throw s.error(
                    "rope_type", "dynamic needs at least 4 rotary dimensions, found " + rotaryDim);
        }
        return new RopeScaling.Dynamic(factor(s), original);
    }

    private static RopeScaling llama3(JsonObject s, int original) {
        double low = positive(s, "low_freq_factor");
        double high = positive(s, "high_freq_factor");
        if (high <= low) {
            throw s.error(
                    "high_freq_factor",
                    "must be greater than low_freq_factor " + low + ", found " + high);
        }
        return new RopeScaling.Llama3(factor(s), low, high, original);
    }

    private static RopeScaling yarn(JsonObject s, int original) {
        double factor = factor(s);
        double attention =
                s.has("mscale") && s.has("mscale_all_dim")
                        ? magnitude(factor, s.number("mscale"))
                                / magnitude(factor, s.number("mscale_all_dim"))
                        : magnitude(factor, 1);
        return new RopeScaling.Yarn(
                factor,
                original,
                positive(s, "beta_fast", 32),
                positive(s, "beta_slow", 1),
                positive(s, "attention_factor", attention),
                s.flag("truncate", true));
    }

    /** Section 3.4 of the YaRN paper: attention is sharpened by 0.1 ln(factor) + 1. */
    private static double magnitude(double factor, double weight) {
        return factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1;
    }

    private static RopeScaling longRope(JsonObject s, int rotaryDim, int original, int positions) {
        double factor = s.has("factor") ? factor(s) : (double) positions / original;
        if (original < 2) {
            throw s.error("original_max_position_embeddings", "must be at least 2, found 1");
        }
        double attention = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
        return new RopeScaling.LongRope(
                factors(s, "short_factor", rotaryDim),
                factors(s, "long_factor", rotaryDim),
                original,
                positive(s, "attention_factor", attention));
    }

    private static List<Double> factors(JsonObject s, String key, int rotaryDim) {
        List<Double> factors = s.numbers(key);
        if (factors.size() != rotaryDim / 2) {
            throw s.error(key, "must hold " + rotaryDim / 2 + " numbers, found " + factors.size());
        }
        if (factors.stream().anyMatch(f -> f <= 0)) {
            throw s.error(key, "must hold positive numbers only");
        }
        return factors;
    }

    private static double factor(JsonObject s) {
        return positive(s, "factor");
    }

    private static double positive(JsonObject s, String key) {
        return checkPositive(s, key, s.number(key));
    }

    private static double positive(JsonObject s, String key, double absent) {
        return checkPositive(s, key, s.number(key, absent));
    }

    private static double checkPositive(JsonObject s, String key, double value)
            throws ModelFormatException {
        if (value <= 0) {
            throw s.error(key, "must be positive, found " + value);
        }
        return value;
    }
}
