package apus.runtime.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Small templates for every feature, against what Python Jinja2 makes of them. */
class LanguageGoldenTest {
    @Test
    void everySmallTemplateRendersOrFailsAsTheReferenceDoes() throws IOException {
        Path file = Path.of(System.getProperty("apus.testdata"), "templates", "language.json");
        Map<String, Object> golden =
                new ObjectMapper()
                        .readValue(
                                file.toFile(),
                                new TypeReference<LinkedHashMap<String, Object>>() {});
        Clock clock =
                Clock.fixed(
                        LocalDateTime.parse((String) golden.get("now")).toInstant(ZoneOffset.UTC),
                        ZoneOffset.UTC);
        Map<String, Object> variables = new LinkedHashMap<>();
        ((Map<?, ?>) golden.get("variables")).forEach((k, v) -> variables.put((String) k, v));
        List<String> wrong = new ArrayList<>();
        List<?> cases = (List<?>) golden.get("cases");
        for (Object one : cases) {
            Map<?, ?> entry = (Map<?, ?>) one;
            String found;
            try {
                found =
                        ChatTemplate.compile((String) entry.get("template"))
                                .render(variables, Limits.DEFAULT, clock);
            } catch (TemplateException e) {
                found = null;
            }
            String expected = (String) entry.get("expected");
            if (found == null ? expected != null : !found.equals(expected)) {
                wrong.add(entry.get("template") + " wanted " + expected + " found " + found);
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(cases.size() > 900, "cases: " + cases.size());
    }
}
