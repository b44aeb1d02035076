package apus.bench;

import apus.openai.config.ConfigurationException;
import apus.runtime.Engine;
import apus.runtime.LogprobOptions;
import apus.runtime.ModelInfo;
import apus.runtime.Request;
import apus.runtime.Sampling;
import apus.runtime.Stops;
import apus.runtime.TokenLogprobs;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How well a model foretells a text: exp of the mean of -log p(token | tokens before it), the lower
 * the better. What it is for is comparing formats of one model on one text.
 *
 * <p>The text is cut into windows of so many tokens that stand alone, without special tokens; the
 * first token of each has nothing before it and does not count. Windows are scored as prompts, by
 * the same steps as any request.
 *
 * @param tokens that were foretold
 * @param windows scored
 * @param value perplexity
 */
record Perplexity(int tokens, int windows, double value) {
    private static final long MAX_BYTES = 64 << 20;

    static Perplexity of(Engine engine, Path file, int window) throws InterruptedException {
        ModelInfo model = engine.model();
        if (window > model.maxModelLen()) {
            throw new ConfigurationException(
                    "--perplexity-window is "
                            + window
                            + " tokens, but the context is "
                            + model.maxModelLen());
        }
        int[] ids = engine.tokenizer().encode(read(file), false);
        if (ids.length < 2) {
            throw new ConfigurationException(
                    "--perplexity: " + file + " has " + ids.length + " tokens; it takes two");
        }
        double sum = 0;
        int tokens = 0;
        int windows = 0;
        for (int from = 0; from + 1 < ids.length; from += window) {
            int[] part = Arrays.copyOfRange(ids, from, Math.min(ids.length, from + window));
            for (TokenLogprobs token : score(engine, part)) {
                sum -= token.logprob();
                tokens++;
            }
            windows++;
        }
        return new Perplexity(tokens, windows, Math.exp(sum / tokens));
    }

    private static List<TokenLogprobs> score(Engine engine, int[] part)
            throws InterruptedException {
        Request request =
                Request.of(part, Sampling.GREEDY, Stops.after(0))
                        .with(new LogprobOptions(LogprobOptions.OFF, 0, LogprobOptions.Source.RAW));
        List<TokenLogprobs> scored = engine.submit(request).await().promptLogprobs();
        if (scored.size() != part.length - 1) {
            throw new IllegalStateException(
                    scored.size() + " log-probabilities of " + part.length + " tokens");
        }
        return scored;
    }

    private static String read(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new ConfigurationException(
                        "--perplexity: " + file + " is larger than 64 MiB; take a part of it");
            }
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new ConfigurationException("--perplexity: " + file + " is no text in UTF-8");
        } catch (IOException e) {
            throw new ConfigurationException(
                    "--perplexity: " + file + " cannot be read: " + e.getMessage());
        }
    }

    String json(ModelInfo model, String format) {
        ObjectNode json = new JsonMapper().createObjectNode();
        json.put("perplexity", value);
        json.put("tokens", tokens);
        json.put("windows", windows);
        json.put("format", format);
        json.put("weights", model.weightFormat());
        json.put("model", model.directory().toString());
        json.put("device", model.device());
        return json + "\n";
    }

    String text(ModelInfo model, String format) {
        return String.format(
                Locale.ROOT,
                "model       %s (%s, %s)%s%nperplexity  %.4f over %d tokens in %d windows%n",
                model.directory(),
                model.family(),
                format,
                model.weightFormat().isEmpty() ? "" : ": " + model.weightFormat(),
                value,
                tokens,
                windows);
    }
}
