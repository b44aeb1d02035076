package apus.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Random traffic on a model that needs no weights. */
class EnginePropertyTest {
    @Property(tries = 60)
    void whateverIsSubmittedAndCancelledNothingStaysBehind(@ForAll long seed)
            throws InterruptedException {
        Random random = new Random(seed);
        int mode = random.nextInt(3); // plain, with a long rope, with a window
        FakeEngine fake =
                new FakeEngine(
                        FakeEngine.options(),
                        16 + random.nextInt(30),
                        1 + random.nextInt(8),
                        mode == 1 ? 12 : 0,
                        mode == 2 ? 1 + random.nextInt(20) : 0);
        List<Generation> generations = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            try {
                Generation generation = fake.engine.submit(request(random));
                generations.add(generation);
                if (random.nextInt(4) == 0) {
                    generation.next();
                }
            } catch (RequestException e) {
                assertEquals("best_of", e.param()); // too wide for this cache
            }
            if (random.nextInt(3) == 0 && !generations.isEmpty()) {
                generations.get(random.nextInt(generations.size())).cancel();
            }
        }
        for (Generation generation : generations) {
            Result result = generation.await();
            result.choices().forEach(c -> assertEquals(c.tokenIds().length > 0, !failed(c)));
        }
        fake.assertNothingLeft();
        assertEquals(
                0,
                Thread.getAllStackTraces().keySet().stream()
                        .filter(t -> t.getName().equals("apus-engine"))
                        .count());
    }

    private static boolean failed(Result.Choice choice) {
        return choice.finish() instanceof Finish.Cancelled && choice.tokenIds().length == 0;
    }

    /** Blocks are reused while others run; each must get what it gets with blocks in plenty. */
    @Property(tries = 60)
    void aWindowInASmallPoolChangesNoAnswer(@ForAll long seed) throws InterruptedException {
        Random random = new Random(seed);
        int window = 1 + random.nextInt(20);
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            requests.add(request(random));
        }
        List<Result> wanted = new ArrayList<>();
        try (FakeEngine plenty = new FakeEngine(FakeEngine.options(), 200, 8, 0)) {
            plenty.executor.window = window;
            for (Request request : requests) {
                wanted.add(plenty.engine.submit(request).await());
            }
        }
        FakeEngine small = new FakeEngine(FakeEngine.options(), 30, 8, 0, window);
        List<Generation> together = requests.stream().map(small.engine::submit).toList();
        for (int i = 0; i < requests.size(); i++) {
            List<Result.Choice> choices = together.get(i).await().choices();
            for (int c = 0; c < choices.size(); c++) {
                assertArrayEquals(
                        wanted.get(i).choices().get(c).tokenIds(), choices.get(c).tokenIds());
            }
        }
        small.assertNothingLeft();
    }

    @Property(tries = 30)
    void aSeededRequestDoesNotDependOnWhoElseIsThere(@ForAll long seed)
            throws InterruptedException {
        Random random = new Random(seed);
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            requests.add(request(random));
        }
        List<int[]> alone = new ArrayList<>();
        try (FakeEngine fake = new FakeEngine(FakeEngine.options(), 200, 8, 0)) {
            for (Request request : requests) {
                alone.add(fake.engine.submit(request).await().choices().getFirst().tokenIds());
            }
            List<Generation> together = requests.stream().map(fake.engine::submit).toList();
            for (int i = 0; i < requests.size(); i++) {
                assertArrayEquals(
                        alone.get(i), together.get(i).await().choices().getFirst().tokenIds());
            }
        }
    }

    private static Search.EarlyStopping early(Random random) {
        List<Search.EarlyStopping> all = List.of(Search.EarlyStopping.values());
        return all.get(random.nextInt(all.size()));
    }

    private static Request request(Random random) {
        int[] prompt = random.ints(1 + random.nextInt(20), 0, FakeEngine.VOCAB).toArray();
        Stops stops =
                Stops.builder()
                        .maxTokens(1 + random.nextInt(30))
                        .ignoreEos(random.nextBoolean())
                        .strings(random.nextInt(3) == 0 ? List.of("ab", "c") : List.of())
                        .build();
        Search search =
                switch (random.nextInt(4)) {
                    case 0 -> Search.draw(1 + random.nextInt(3));
                    case 1 -> new Search.Draw(1, 3, Search.Score.MEAN);
                    case 2 ->
                            new Search.Beam(
                                    1, 1 + random.nextInt(3), random.nextDouble(), early(random));
                    default -> Search.SINGLE;
                };
        return Request.of(prompt, Sampling.builder().build().withSeed(random.nextLong()), stops)
                .with(search);
    }
}
