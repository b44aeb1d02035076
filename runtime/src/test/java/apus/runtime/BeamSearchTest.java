package apus.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.runtime.sample.SamplingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Beam search against plain versions of it, on a model that needs no weights. */
@Timeout(60)
class BeamSearchTest {
    private static final int[] PROMPT = {3, 1, 4, 1, 5};

    private record Path(int[] tokens, double sum, double score, boolean eos) {}

    private static double[] logprobs(int[] generated) {
        int[] all = Arrays.copyOf(PROMPT, PROMPT.length + generated.length);
        System.arraycopy(generated, 0, all, PROMPT.length, generated.length);
        float[] logits = FakeExecutor.logits(FakeEngine.VOCAB, all);
        double logSum = PlainLogits.logSumExp(logits);
        return IntStream.range(0, logits.length).mapToDouble(i -> logits[i] - logSum).toArray();
    }

    private static int[] append(int[] tokens, int token) {
        int[] longer = Arrays.copyOf(tokens, tokens.length + 1);
        longer[tokens.length] = token;
        return longer;
    }

    private static double score(double sum, int length, double penalty) {
        return sum / Math.pow(Math.max(1, length), penalty);
    }

    @Test
    void beamsWithoutABoundGoAsFarAsTheCacheHasRoomForAll() throws InterruptedException {
        // 20 blocks of 4: each of 2 beams has 10, the last token of all needs no place.
        try (FakeEngine fake = new FakeEngine(FakeEngine.options(), 20, 8, 0)) {
            Request request =
                    Request.of(
                                    PROMPT,
                                    Sampling.GREEDY,
                                    Stops.builder()
                                            .maxTokens(Stops.UNLIMITED)
                                            .ignoreEos(true)
                                            .build())
                            .with(new Search.Beam(1, 2, 1, Search.EarlyStopping.FALSE));
            Result.Choice choice = fake.engine.submit(request).await().choices().getFirst();
            assertEquals(41 - PROMPT.length, choice.tokenIds().length);
            fake.assertNothingLeft();
        }
    }

    @Test
    void beamsThatHaveNoTokenLeftFail() throws InterruptedException {
        try (FakeEngine fake = new FakeEngine(FakeEngine.options())) {
            Request request =
                    Request.of(
                                    PROMPT,
                                    Sampling.builder()
                                            .allowedTokens(List.of(FakeEngine.EOS))
                                            .build(),
                                    Stops.builder().maxTokens(8).minTokens(4).build())
                            .with(new Search.Beam(1, 2, 1, Search.EarlyStopping.FALSE));
            Finish finish = fake.engine.submit(request).await().choices().getFirst().finish();
            assertTrue(
                    finish instanceof Finish.Failed(SamplingException e)
                            && e.getMessage().contains("forbidden"),
                    finish.toString());
            fake.assertNothingLeft();
        }
    }

    /** Straight from the definition, with lists and without sequences or blocks. */
    private static List<Path> reference(
            int width,
            int maxTokens,
            double penalty,
            Search.EarlyStopping early,
            boolean ignoreEos) {
        List<Path> live = List.of(new Path(new int[0], 0, 0, false));
        List<Path> ended = new ArrayList<>();
        Comparator<Path> best = Comparator.comparingDouble(Path::score).reversed();
        for (int length = 1; ; length++) {
            List<Path> next = new ArrayList<>();
            for (Path path : live) {
                double[] lp = logprobs(path.tokens());
                IntStream.range(0, lp.length)
                        .boxed()
                        .sorted(Comparator.comparingDouble((Integer i) -> lp[i]).reversed())
                        .limit(2L * width)
                        .forEach(token -> {
                            double sum = path.sum() + lp[token];
                            int[] tokens = append(path.tokens(), token);
                            if (token == FakeEngine.EOS && !ignoreEos) {
                                ended.add(
                                        new Path(
                                                tokens,
                                                sum,
                                                score(sum, tokens.length - 1, penalty),
                                                true));
                            } else {
                                next.add(new Path(tokens, sum, sum, false));
                            }
                        });
            }
            next.sort(Comparator.comparingDouble(Path::sum).reversed());
            live = next.subList(0, Math.min(width, next.size()));
            if (length == maxTokens) {
                for (Path path : live) {
                    ended.add(
                            new Path(
                                    path.tokens(),
                                    path.sum(),
                                    score(path.sum(), length, penalty),
                                    false));
                }
            }
            ended.sort(best);
            while (ended.size() > width) {
                ended.removeLast();
            }
            if (length == maxTokens) {
                return ended;
            }
            if (ended.size() == width) {
                double worst = ended.getLast().score();
                double live0 = live.getFirst().sum();
                boolean enough =
                        switch (early) {
                            case TRUE -> true;
                            case FALSE -> score(live0, length, penalty) <= worst;
                            case NEVER ->
                                    score(live0, penalty > 0 ? maxTokens : length, penalty)
                                            <= worst;
                        };
                if (enough) {
                    return ended;
                }
            }
        }
    }

    private static Request request(Search search, int maxTokens, boolean ignoreEos) {
        Stops stops = Stops.builder().maxTokens(maxTokens).ignoreEos(ignoreEos).build();
        return Request.of(PROMPT, Sampling.GREEDY, stops)
                .withSkipSpecialTokens(false)
                .with(search)
                .with(new LogprobOptions(0, LogprobOptions.OFF, LogprobOptions.Source.RAW));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 6, 1, FALSE, true",
        "2, 8, 1, FALSE, false",
        "3, 9, 0, FALSE, false",
        "3, 9, 0.6, TRUE, false",
        "4, 9, 2, NEVER, false",
        "4, 12, 1, TRUE, false",
        "4, 12, -0.5, NEVER, false",
        "6, 15, 1.5, FALSE, true",
        "6, 15, 1.5, NEVER, false",
    })
    void beamsAreThoseOfThePlainVersion(
            int width, int maxTokens, double penalty, Search.EarlyStopping early, boolean ignoreEos)
            throws Exception {
        try (FakeEngine fake = new FakeEngine(FakeEngine.options())) {
            List<Path> expected = reference(width, maxTokens, penalty, early, ignoreEos);
            Result result =
                    fake.engine
                            .submit(
                                    request(
                                            new Search.Beam(width, width, penalty, early),
                                            maxTokens,
                                            ignoreEos))
                            .await();
            for (int i = 0; i < width; i++) {
                Result.Choice choice = result.choices().get(i);
                assertArrayEquals(expected.get(i).tokens(), choice.tokenIds(), "beam " + i);
                assertEquals(
                        expected.get(i).eos(),
                        choice.finish() instanceof Finish.Stop,
                        "finish of beam " + i);
                double sum = choice.logprobs().stream().mapToDouble(TokenLogprobs::logprob).sum();
                if (!expected.get(i).eos()) {
                    assertEquals(expected.get(i).sum(), sum, 1e-4);
                }
            }
            fake.assertNothingLeft();
        }
    }

    @Test
    void aBeamAsWideAsTheVocabularyFindsTheLikeliestOfAllTexts() throws Exception {
        int vocab = FakeEngine.VOCAB;
        List<Path> all = new ArrayList<>();
        for (int a = 0; a < vocab; a++) {
            double first = logprobs(new int[0])[a];
            double[] second = logprobs(new int[] {a});
            for (int b = 0; b < vocab; b++) {
                all.add(new Path(new int[] {a, b}, first + second[b], 0, false));
            }
        }
        all.sort(Comparator.comparingDouble(Path::sum).reversed());
        try (FakeEngine fake = new FakeEngine(FakeEngine.options(), 200, 24, 0)) {
            Result result =
                    fake.engine
                            .submit(
                                    request(
                                            new Search.Beam(
                                                    5, vocab, 1, Search.EarlyStopping.FALSE),
                                            2,
                                            true))
                            .await();
            for (int i = 0; i < 5; i++) {
                assertArrayEquals(all.get(i).tokens(), result.choices().get(i).tokenIds());
            }
        }
    }

    @Test
    void aStopStringEndsABeamAndIsCutOff() throws Exception {
        try (FakeEngine fake = new FakeEngine(FakeEngine.options())) {
            Search beam = new Search.Beam(3, 3, 0, Search.EarlyStopping.FALSE);
            String free =
                    fake.engine.submit(request(beam, 10, true)).await().choices().getFirst().text();
            String stop = free.substring(2, 4);
            Stops stops =
                    Stops.builder().maxTokens(10).ignoreEos(true).strings(List.of(stop)).build();
            Result result =
                    fake.engine
                            .submit(
                                    Request.of(PROMPT, Sampling.GREEDY, stops)
                                            .withSkipSpecialTokens(false)
                                            .with(beam))
                            .await();
            assertTrue(result.choices().stream().noneMatch(c -> c.text().contains(stop)), free);
            Optional<Result.Choice> stopped =
                    result.choices().stream()
                            .filter(c -> c.finish() instanceof Finish.Stop)
                            .findFirst();
            assertEquals(
                    Optional.of(stop),
                    assertInstanceOf(Finish.Stop.class, stopped.orElseThrow().finish()).string());
        }
    }
}
