package apus.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Conversations with common beginnings on a model that needs no weights. */
class PrefixCachePropertyTest {
    @Property(tries = 40)
    void answersAreTheSameWithAndWithout(@ForAll long seed) throws InterruptedException {
        Random random = new Random(seed);
        int blocks = 28 + random.nextInt(40); // few enough that cached blocks are given away
        List<int[]> systems = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            systems.add(letters(random, random.nextInt(20)));
        }
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            requests.add(request(random, systems.get(random.nextInt(3))));
        }
        List<int[]> plain = answers(false, blocks, requests, 1);
        List<int[]> cached = answers(true, blocks, requests, 1 + random.nextInt(6));
        for (int i = 0; i < requests.size(); i++) {
            assertArrayEquals(plain.get(i), cached.get(i));
        }
    }

    private static List<int[]> answers(
            boolean caching, int blocks, List<Request> requests, int atOnce)
            throws InterruptedException {
        EngineOptions options = FakeEngine.options().change().prefixCaching(caching).build();
        FakeEngine fake = new FakeEngine(options, blocks, 8, 0);
        List<int[]> answers = new ArrayList<>();
        for (int i = 0; i < requests.size(); i += atOnce) {
            List<Generation> group =
                    requests.subList(i, Math.min(requests.size(), i + atOnce)).stream()
                            .map(fake.engine::submit)
                            .toList();
            for (Generation generation : group) {
                Result result = generation.await();
                answers.add(result.choices().getLast().tokenIds());
                assertTrue(caching || result.usage().cachedTokens() == 0);
            }
        }
        EngineStats stats = fake.engine.stats();
        long prompts = requests.stream().mapToLong(r -> r.prompt().length).sum();
        assertEquals(prompts, stats.promptTokens());
        long lookedUp =
                requests.stream()
                        .filter(r -> caching && !r.logprobs().wantsPrompt())
                        .mapToLong(r -> r.prompt().length)
                        .sum();
        assertEquals(lookedUp, stats.prefixQueries());
        assertTrue(stats.prefixHits() <= lookedUp);
        fake.assertNothingLeft();
        return answers;
    }

    private static int[] letters(Random random, int count) {
        return random.ints(count, 0, FakeEngine.LETTERS).toArray();
    }

    private static Request request(Random random, int[] system) {
        int[] user = letters(random, 1 + random.nextInt(10));
        int[] prompt = Arrays.copyOf(system, system.length + user.length);
        System.arraycopy(user, 0, prompt, system.length, user.length);
        Search search =
                switch (random.nextInt(4)) {
                    case 0 -> Search.draw(2);
                    case 1 -> new Search.Beam(1, 2, 1.0, Search.EarlyStopping.FALSE);
                    default -> Search.SINGLE;
                };
        LogprobOptions logprobs =
                random.nextInt(4) == 0
                        ? new LogprobOptions(LogprobOptions.OFF, 1, LogprobOptions.Source.RAW)
                        : LogprobOptions.NONE;
        return Request.of(
                        prompt,
                        Sampling.builder().build().withSeed(random.nextLong()),
                        Stops.after(1 + random.nextInt(20)))
                .with(search)
                .with(logprobs);
    }
}
