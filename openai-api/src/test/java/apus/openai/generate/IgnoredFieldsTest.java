package apus.openai.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class IgnoredFieldsTest {
    @Test
    void eachNameIsLoggedOnceAndMadeUpOnesOnlyForAWhile() {
        IgnoredFields fields = new IgnoredFields();
        assertEquals(2, fields.log("1", List.of("foo", "bar")));
        assertEquals(1, fields.log("2", List.of("foo", "new")));
        int logged = 0;
        for (int i = 0; i < 1000; i++) {
            logged += fields.log("3", List.of("name" + i));
        }
        assertTrue(logged > 100 && logged < 200, "logged " + logged);
    }
}
