package apus.runtime.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.runtime.LogprobOptions;
import apus.runtime.Sampling;
import apus.runtime.Stops;
import apus.runtime.TokenLogprobs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Whole runs against {@link PlainSampling}, with settings of all kinds mixed. */
final class SamplerPropertyTest {
    /** A run: settings and rows come from one seed. */
    private static final class Run {
        final Random random;
        final int vocab;
        final Sampling sampling;
        final Stops stops;
        final int[] prompt;
        final int[] eos;
        final PlainSampling plain;

        Run(long seed) {
            random = new Random(seed);
            vocab = 1 + random.nextInt(90);
            Map<Integer, Float> bias = new HashMap<>();
            if (rarely()) {
                random.ints(random.nextInt(5), 0, vocab)
                        .forEach(i -> bias.put(i, random.nextFloat() * 20 - 10));
            }
            List<List<Integer>> badWords = new ArrayList<>();
            for (int i = rarely() ? random.nextInt(6) : 0; i > 0; i--) {
                // Few different tokens, so that words of several do come up.
                badWords.add(ids(1 + random.nextInt(3), Math.min(vocab, 4)));
            }
            sampling =
                    Sampling.builder()
                            .temperature(
                                    random.nextInt(5) == 0
                                            ? random.nextDouble() * 0.02
                                            : random.nextBoolean() ? 1 : 2 * random.nextDouble())
                            .topK(rarely() ? random.nextInt(vocab + 3) : 0)
                            .topP(rarely() ? 1 - random.nextDouble() : 1)
                            .minP(rarely() ? random.nextDouble() * 0.3 : 0)
                            .repetitionPenalty(rarely() ? 0.5 + random.nextDouble() : 1)
                            .frequencyPenalty(rarely() ? 4 * random.nextDouble() - 2 : 0)
                            .presencePenalty(rarely() ? 4 * random.nextDouble() - 2 : 0)
                            .logitBias(bias)
                            .allowedTokens(rarely() ? ids(1 + random.nextInt(9), vocab) : List.of())
                            .badWords(badWords)
                            .build();
            prompt = random.ints(random.nextInt(9), 0, vocab).toArray();
            eos = random.ints(random.nextInt(3), 0, vocab).toArray();
            List<Integer> ends = new ArrayList<>(ids(random.nextInt(2), vocab));
            stops =
                    Stops.builder()
                            .minTokens(random.nextInt(6))
                            .tokens(ends)
                            .ignoreEos(random.nextInt(4) == 0)
                            .build();
            if (!stops.ignoreEos()) {
                Arrays.stream(eos).forEach(ends::add);
            }
            plain =
                    new PlainSampling(
                            sampling,
                            stops.minTokens(),
                            Arrays.stream(prompt).boxed().toList(),
                            ends);
        }

        boolean rarely() {
            return random.nextInt(3) == 0;
        }

        List<Integer> ids(int n, int below) {
            return random.ints(n, 0, below).boxed().toList();
        }

        float[] row() {
            float[] z = new float[vocab];
            boolean coarse = random.nextBoolean();
            for (int i = 0; i < vocab; i++) {
                double value = random.nextGaussian() * 3;
                z[i] = (float) (coarse ? Math.rint(value) : value);
            }
            return z;
        }
    }

    @Property(tries = 2000)
    void everyTokenIsTheOneThatThePlainStepsDraw(@ForAll long seed) {
        Run run = new Run(seed);
        Sampler sampler =
                new Sampler(
                        run.sampling,
                        run.stops,
                        run.prompt,
                        run.eos,
                        run.vocab,
                        LogprobOptions.NONE,
                        seed,
                        3);
        RandomStream random = new RandomStream(seed, 3);
        SampleBuffers buffers = new SampleBuffers(run.vocab);
        List<Integer> generated = new ArrayList<>();
        for (int step = 0; step < 12; step++) {
            float[] raw = run.row();
            MemorySegment row = MemorySegment.ofArray(raw.clone());
            double[] z = run.plain.process(raw, generated);
            double u = random.next();
            if (Arrays.stream(z).allMatch(v -> v == Double.NEGATIVE_INFINITY)) {
                assertThrows(SamplingException.class, () -> sampler.sample(row, buffers));
                return;
            }
            Drawn drawn = sampler.sample(row, buffers);
            assertEquals(-1, row.mismatch(MemorySegment.ofArray(raw)), "the row was changed");
            check(run, z, u, drawn.token());
            double sum = 0;
            for (float v : raw) {
                sum += StrictMath.exp(v);
            }
            assertEquals(raw[drawn.token()] - StrictMath.log(sum), drawn.logprob(), 2e-6);
            generated.add(drawn.token());
        }
    }

    private static void check(Run run, double[] z, double u, int token) {
        if (run.sampling.greedy()) {
            double max = Arrays.stream(z).max().orElseThrow();
            // Penalised logits are floats: values that close may change places.
            assertTrue(z[token] >= max - 1e-5);
            return;
        }
        if (run.plain.margin(z) < 1e-4) {
            return;
        }
        double[] p = run.plain.distribution(z);
        assertTrue(p[token] > 0, () -> token + " was filtered out of " + Arrays.toString(p));
        double before = 0;
        for (int i = 0; i < token; i++) {
            before += p[i];
        }
        double slack = 2e-4;
        assertTrue(u >= before - slack && u <= before + p[token] + slack);
    }

    @Property(tries = 500)
    void processedLogprobsAreThoseAfterPenaltiesAndTemperature(@ForAll long seed) {
        Run run = new Run(seed);
        Sampler sampler =
                new Sampler(
                        run.sampling,
                        run.stops,
                        run.prompt,
                        run.eos,
                        run.vocab,
                        new LogprobOptions(run.vocab, -1, LogprobOptions.Source.PROCESSED),
                        seed,
                        0);
        float[] raw = run.row();
        double[] z = run.plain.process(raw, List.of());
        if (Arrays.stream(z).allMatch(v -> v == Double.NEGATIVE_INFINITY)) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment row = arena.allocateFrom(ValueLayout.JAVA_FLOAT, raw);
            TokenLogprobs details = sampler.sample(row, new SampleBuffers(run.vocab)).details();
            double scale =
                    run.sampling.greedy() ? 1 : 1 / Math.max(run.sampling.temperature(), 0.01);
            double max = Arrays.stream(z).max().orElseThrow();
            double sum = Arrays.stream(z).map(v -> StrictMath.exp((v - max) * scale)).sum();
            assertEquals(run.vocab, details.topIds().length);
            for (int i = 0; i < run.vocab; i++) {
                double wanted = (z[details.topIds()[i]] - max) * scale - StrictMath.log(sum);
                assertEquals(
                        wanted, details.topLogprobs()[i], 1e-5 + Math.abs(wanted) * 1e-6, "" + i);
            }
        }
    }
}
