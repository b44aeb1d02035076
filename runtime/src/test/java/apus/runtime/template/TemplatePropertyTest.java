package apus.runtime.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class TemplatePropertyTest {
    private static final Limits SMALL = new Limits(100_000, 500, 100_000, Duration.ofSeconds(5));

    /** Pieces that make sense now and then. */
    @Provide
    Arbitrary<String> sources() {
        return Arbitraries.of(
                        "{{",
                        "}}",
                        "{%",
                        "%}",
                        "{#",
                        "#}",
                        "-",
                        "+",
                        "'",
                        "\"",
                        "\\",
                        "\n",
                        " ",
                        "if ",
                        "else",
                        "elif ",
                        "endif",
                        "for ",
                        " in ",
                        "endfor",
                        "set ",
                        "endset",
                        "macro ",
                        "endmacro",
                        "call ",
                        "endcall",
                        "filter ",
                        "endfilter",
                        "raw",
                        "endraw",
                        "generation",
                        "endgeneration",
                        "break",
                        "continue",
                        "x",
                        "y",
                        "m",
                        "f",
                        "(",
                        ")",
                        "[",
                        "]",
                        "{",
                        "}",
                        ":",
                        ",",
                        ".",
                        "|",
                        "=",
                        "==",
                        "<",
                        "*",
                        "**",
                        "/",
                        "%",
                        "~",
                        "1",
                        "0",
                        "2.5",
                        "1e9",
                        "not ",
                        " and ",
                        " or ",
                        " is ",
                        "defined",
                        "upper",
                        "tojson",
                        "join",
                        "map",
                        "select",
                        "range",
                        "namespace",
                        "loop",
                        "loop.index",
                        "caller",
                        "'a'",
                        "{{ x }}",
                        "{% if x %}",
                        "{% endif %}",
                        "{% for i in m %}",
                        "{% endfor %}",
                        "{% set x = 1 %}",
                        "{{ m|",
                        "{{ x[",
                        "\ud83d\ude00",
                        "\ud83d",
                        "\u00a0")
                .list()
                .ofMaxSize(30)
                .map(parts -> String.join("", parts));
    }

    @Property(tries = 3000)
    void anySourceRendersOrFailsWithATemplateException(@ForAll("sources") String source) {
        try {
            ChatTemplate.compile(source)
                    .render(
                            Map.of("x", 5, "y", "text", "m", List.of(Map.of("a", 1), 2, "b")),
                            SMALL,
                            Clock.systemUTC());
        } catch (TemplateException e) {
            assertTrue(
                    e.kind() == TemplateException.Kind.RAISED || e.getMessage().startsWith("line "),
                    e.getMessage());
        }
    }

    @Property
    void textPassesThroughUnchanged(@ForAll String text) {
        assertEquals("<" + text + ">", Rendering.render("<{{ x }}>", "x", text));
        assertEquals(text, Rendering.render("{{ m.content + '' }}", "m", Map.of("content", text)));
    }

    @Property
    void jsonReadsBackAsWhatItWasMadeFrom(
            @ForAll Map<String, List<Integer>> numbers, @ForAll String text, @ForAll double d)
            throws JsonProcessingException {
        Map<String, Object> value = Map.of("numbers", numbers, "text", text, "d", d);
        for (String options :
                List.of("", "(indent=2)", "(ensure_ascii=true)", "(sort_keys=true)")) {
            String json = Rendering.render("{{ x|tojson" + options + " }}", "x", value);
            assertEquals(value, new ObjectMapper().readValue(json, Map.class));
        }
    }

    @Property
    void splittingAndJoiningAreInverse(
            @ForAll String text, @ForAll("separators") String separator) {
        assertEquals(text, Rendering.render("{{ s.join(x.split(s)) }}", "x", text, "s", separator));
        assertEquals(
                text, Rendering.render("{{ s.join(x.rsplit(s, 3)) }}", "x", text, "s", separator));
    }

    @Provide
    Arbitrary<String> separators() {
        return Arbitraries.strings().withChars("ab \n\u00e9").ofMinLength(1).ofMaxLength(3);
    }

    @Property
    void slicesCountCodePoints(@ForAll String text, @ForAll byte from, @ForAll byte to) {
        int[] points = text.codePoints().toArray();
        int start = Math.clamp(from < 0 ? from + points.length : from, 0, points.length);
        int end = Math.clamp(to < 0 ? to + points.length : to, 0, points.length);
        String expected = start < end ? new String(points, start, end - start) : "";
        assertEquals(
                expected,
                Rendering.render("{{ x[a:b] }}", "x", text, "a", (int) from, "b", (int) to));
        assertEquals(
                Integer.toString(points.length), Rendering.render("{{ x|length }}", "x", text));
    }

    /** Against {@link String#indexOf}, with texts that make a plain search slow. */
    @Property(tries = 50)
    void longSearchesFindWhatShortOnesWould(
            @ForAll("runs") String part, @ForAll("runs") String gap) {
        String text = (gap + part.substring(1)).repeat(20) + part + gap;
        Run run = new Run(Map.of(), Limits.DEFAULT, Clock.systemUTC());
        assertEquals(text.indexOf(part), Search.indexOf(text, part, 0, run));
        assertEquals(text.lastIndexOf(part), Search.lastIndexOf(text, part, text.length(), run));
    }

    @Provide
    Arbitrary<String> runs() {
        return Arbitraries.strings()
                .withChars("ab")
                .ofMinLength(2)
                .ofMaxLength(9)
                .map(s -> s.repeat(400));
    }

    @Property
    void numbersPrintSoThatTheyReadBack(@ForAll double d) {
        assertEquals(d, Double.parseDouble(Rendering.render("{{ x }}", "x", d)));
    }

    @Property
    void divisionAndRemainderBelongTogether(@ForAll long a, @ForAll long b) {
        if (b == 0) {
            assertThrows(
                    TemplateException.class,
                    () -> Rendering.render("{{ a // b }}", "a", a, "b", b));
            return;
        }
        assertEquals(
                Long.toString(a), Rendering.render("{{ (a // b) * b + a % b }}", "a", a, "b", b));
    }
}
