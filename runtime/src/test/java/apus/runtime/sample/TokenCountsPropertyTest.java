package apus.runtime.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

final class TokenCountsPropertyTest {
    @Property(tries = 200)
    void countsAsAMapDoes(
            @ForAll @Size(max = 300) List<@IntRange(min = 0, max = 200_000) Integer> tokens,
            @ForAll @IntRange(min = 1, max = 1000) int stride) {
        TokenCounts counts = new TokenCounts();
        Map<Integer, Integer> wanted = new LinkedHashMap<>();
        for (int i = 0; i < tokens.size(); i++) {
            // Some repeat, some lie a fixed stride apart.
            int id = i % 3 == 0 ? tokens.get(i / 2) : i % 3 == 1 ? i * stride : tokens.get(i);
            int by = i % 4 == 0 ? 0 : 1;
            counts.add(id, by);
            wanted.merge(id, by, Integer::sum);
        }
        TokenCounts copy = counts.copy();
        counts.add(7, 1);
        assertEquals(wanted, contents(copy));
        wanted.merge(7, 1, Integer::sum);
        assertEquals(wanted, contents(counts));
    }

    private static Map<Integer, Integer> contents(TokenCounts counts) {
        Map<Integer, Integer> map = new LinkedHashMap<>();
        for (int i = 0; i < counts.size(); i++) {
            map.put(counts.id(i), counts.count(i));
        }
        return map;
    }
}
