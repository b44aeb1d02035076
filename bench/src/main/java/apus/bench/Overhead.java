package apus.bench;

import apus.openai.config.Configuration;
import apus.runtime.Chunk;
import apus.runtime.Engine;
import apus.runtime.Generation;
import apus.runtime.Request;
import apus.runtime.Sampling;
import apus.runtime.Stops;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * What the engine and the server take beyond the forward pass, for one sequence: the three in turn
 * on the same model, so that a machine that changes its speed does so for all. Medians.
 *
 * @param forward tokens per second of the executor alone
 * @param engine of the engine, greedy sampling and text included
 * @param http of a stream over a socket
 */
record Overhead(double forward, double engine, double http) {

    static Overhead measure(Configuration configuration, Engine engine, Load load, int repetitions)
            throws IOException, InterruptedException {
        int[] prompt = new int[load.promptTokens()];
        SplittableRandom random = new SplittableRandom(7);
        int ids = engine.tokenizer().vocabSize();
        Arrays.setAll(prompt, i -> random.nextInt(ids));
        double[][] rates = new double[3][repetitions];
        int threads = engine.model().threads();
        try (ForwardRun forward =
                        new ForwardRun(
                                configuration.model(),
                                configuration.engine(),
                                engine.model().backend(),
                                threads,
                                load);
                HttpRun http = new HttpRun(configuration, engine)) {
            for (int i = -1; i < repetitions; i++) { // the first warms up
                double bare = forward.tokensPerSecond(prompt);
                double embedded = embedded(engine, prompt, load.generateTokens());
                double served = http.tokensPerSecond(prompt, load.generateTokens());
                if (i >= 0) {
                    rates[0][i] = bare;
                    rates[1][i] = embedded;
                    rates[2][i] = served;
                }
            }
        }
        return new Overhead(Median.of(rates[0]), Median.of(rates[1]), Median.of(rates[2]));
    }

    private static double embedded(Engine engine, int[] prompt, int tokens)
            throws InterruptedException {
        Stops stops = Stops.builder().maxTokens(tokens).ignoreEos(true).build();
        try (Generation answer = engine.submit(Request.of(prompt, Sampling.GREEDY, stops))) {
            int count = answer.next().orElseThrow().tokenIds().length;
            long start = System.nanoTime();
            long end = start;
            int later = 0;
            for (Optional<Chunk> next = answer.next(); next.isPresent(); next = answer.next()) {
                later += next.get().tokenIds().length;
                end = System.nanoTime();
            }
            if (count + later != tokens) {
                throw new IllegalStateException(count + later + " of " + tokens + " tokens");
            }
            return later / ((end - start) / 1e9);
        }
    }

    /** Share of the forward pass's speed that is lost. */
    private double cost(double rate) {
        return 1 - rate / forward;
    }

    String json() {
        return new JsonMapper()
                        .createObjectNode()
                        .put("forward_tok_s", forward)
                        .put("engine_tok_s", engine)
                        .put("http_tok_s", http)
                        .put("engine_cost", cost(engine))
                        .put("http_cost", cost(http))
                + "\n";
    }

    String text() {
        return String.format(
                Locale.ROOT,
                """
                forward  %.2f tokens/s
                engine   %.2f tokens/s, %.1f%% less
                http     %.2f tokens/s, %.1f%% less
                """,
                forward,
                engine,
                100 * cost(engine),
                http,
                100 * cost(http));
    }
}
