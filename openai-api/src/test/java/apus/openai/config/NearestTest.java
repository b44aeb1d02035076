package apus.openai.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class NearestTest {
    @Test
    void distanceCountsInsertionsDeletionsAndReplacements() {
        assertEquals(3, Nearest.distance("kitten", "sitting", 10));
        assertEquals(0, Nearest.distance("same", "same", 10));
        assertEquals(4, Nearest.distance("", "abcd", 10));
        assertEquals(2, Nearest.distance("kitten", "sitting", 2));
    }

    @Test
    void onlyANearNameIsOffered() {
        List<String> names = List.of("--port", "--host");

        assertEquals(Optional.of("--port"), Nearest.of("--prot", names));
        assertEquals(Optional.empty(), Nearest.of("--something-else", names));
    }
}
