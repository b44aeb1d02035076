package apus.runtime.template;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.LinkedHashMap;
import java.util.Map;

/** Shorthands of the template tests. */
final class Rendering {
    private Rendering() {}

    /** Renders with names and values in turn. */
    static String render(String source, Object... namesAndValues) {
        return ChatTemplate.compile(source).render(variables(namesAndValues));
    }

    static Map<String, Object> variables(Object... namesAndValues) {
        Map<String, Object> variables = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            variables.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return variables;
    }

    static TemplateException failure(String source, Object... namesAndValues) {
        return assertThrows(TemplateException.class, () -> render(source, namesAndValues));
    }

    static TemplateException syntaxError(String source) {
        return assertThrows(TemplateException.class, () -> ChatTemplate.compile(source));
    }
}
