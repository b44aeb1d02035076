package apus.runtime.template;

import static apus.runtime.template.Rendering.failure;
import static apus.runtime.template.Rendering.render;
import static apus.runtime.template.Rendering.variables;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ChatTemplateTest {
    @Test
    void valuesPrintAsPythonPrintsThem() {
        assertEquals("None True False", render("{{ none }} {{ true }} {{ false }}"));
        assertEquals(
                "1e-07 3.0 1e+16 0.1 123456789.0 -0.0",
                render("{{ a|join(' ') }}", "a", List.of(1e-7, 3.0, 1e16, 0.1, 123456789.0, -0.0)));
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("k", Arrays.asList(1, null, "it's"));
        map.put("z", true);
        assertEquals("{'k': [1, None, \"it's\"], 'z': True}", render("{{ m }}", "m", map));
        assertEquals("(1,) ()", render("{{ (1,) }} {{ () }}"));
    }

    @Test
    void javaIntegersOfEveryWidthAreOneKindOfNumber() {
        assertEquals(
                "True True 3 12345678901234567891",
                render(
                        "{{ i == l }} {{ [i] == [l] }} {{ i + s }} {{ b + 1 }}",
                        "i",
                        1,
                        "l",
                        1L,
                        "s",
                        (short) 2,
                        "b",
                        new BigInteger("12345678901234567890")));
    }

    @Test
    void trimmingTakesUnicodeWhiteSpace() {
        assertEquals("[x]", render("[{{ s.strip() }}]", "s", "\u00a0\u2003\u0085x\u3000\u001f"));
        assertEquals("[x]", render("[{{ s|trim }}]", "s", "\u2028 x\t\u205f"));
    }

    @Test
    void textIsCountedAndCutByCodePoints() {
        String s = "\ud83d\ude00a\ud83d\ude00b";
        assertEquals(
                "4 \ud83d\ude00 b a\ud83d\ude00 3",
                render(
                        "{{ s|length }} {{ s[0] }} {{ s[-1] }} {{ s[1:3] }} {{ s.find('b') }}",
                        "s",
                        s));
        assertEquals("b\ud83d\ude00a\ud83d\ude00", render("{{ s[::-1] }}", "s", s));
    }

    @Test
    void markedTextEscapesWhatIsAddedToItButNotWhatIsJoined() {
        assertEquals("<&#34;", render("{{ '<'|safe + '\"' }}"));
        assertEquals("&lt;>", render("{{ '<' + '>'|safe }}"));
        assertEquals("<\"", render("{{ '<'|safe ~ '\"' }}"));
        assertEquals("<\"", render("{{ ['<'|safe, '\"']|join }}"));
        assertEquals("<", render("{{ '<' }}"));
    }

    @Test
    void aTestBindsTighterThanNotAndOr() {
        assertEquals("True", render("{{ not x is defined }}"));
        assertEquals("True", render("{{ x is defined or true }}"));
        assertEquals("4", render("{{ -4|abs }}"));
        assertEquals("xab", render("{{ 'x' + ('a' ~ 'b') }}"));
        assertEquals("True", render("{{ 'abc'|length == 3 }}"));
    }

    @Test
    void aMethodHidesAKeyOfItsNameUnlessAskedWithBrackets() {
        Map<String, Object> map = Map.of("items", "mine", "pop", 1);
        assertEquals("mine", render("{{ m['items'] }}", "m", map));
        assertEquals("2", render("{{ m.items()|list|length }}", "m", map));
        assertEquals("", render("{{ m.pop }}", "m", map));
        assertEquals("1", render("{{ m['pop'] }}", "m", map));
    }

    @Test
    void nothingThatChangesAListOrAMapCanBeCalled() {
        for (String call :
                List.of(
                        "l.append(1)",
                        "l.pop()",
                        "l.insert(0, 1)",
                        "l.clear()",
                        "m.pop('a')",
                        "m.update({})",
                        "m.setdefault('a', 1)")) {
            TemplateException e =
                    failure("{{ " + call + " }}", "l", List.of(1), "m", Map.of("a", 1));
            assertEquals(TemplateException.Kind.FAILED, e.kind(), call);
        }
    }

    @Test
    void nothingOfJavaOrPythonLiesBehindAValue() {
        for (String probe :
                List.of("s.__class__", "s.class", "s.getClass", "m.__init__", "s['__class__']")) {
            assertEquals("", render("{{ " + probe + " }}", "s", "x", "m", Map.of()), probe);
        }
        assertEquals(TemplateException.Kind.FAILED, failure("{{ s.getClass() }}", "s", "x").kind());
    }

    @Test
    void aValueThatIsNoTemplateValueIsRefusedByName() {
        TemplateException e = failure("{{ x }}", "x", new AtomicBoolean());
        assertEquals(TemplateException.Kind.FAILED, e.kind());
        assertTrue(
                e.getMessage().contains("java.util.concurrent.atomic.AtomicBoolean"),
                e.getMessage());
    }

    @Test
    void templateMarksInMessagesAreText() {
        assertEquals("{{ 7 * 7 }}{% x %}{#", render("{{ s }}", "s", "{{ 7 * 7 }}{% x %}{#"));
    }

    @Test
    void missingThingsAreEmptyUntilTheyAreUsed() {
        assertEquals(
                "||0|d|True",
                render(
                        "{{ a }}|{{ m.a }}|{{ a|length }}|{{ a|d('d') }}|{{ a is undefined }}",
                        "m",
                        Map.of()));
        assertEquals("", render("{% for x in a %}{{ x }}{% endfor %}"));
        TemplateException e = failure("\n{{ a.b }}");
        assertEquals(TemplateException.Kind.FAILED, e.kind());
        assertEquals("line 2: 'a' is undefined", e.getMessage());
        assertEquals(
                "line 1: 'dict' has no attribute 'a'",
                failure("{{ m.a.b }}", "m", Map.of()).getMessage());
    }

    @Test
    void raisedTextComesOutUnchanged() {
        TemplateException e = failure("a\n{{ raise_exception('Roles \"must\" alternate: ' ~ 1) }}");
        assertEquals(TemplateException.Kind.RAISED, e.kind());
        assertEquals("Roles \"must\" alternate: 1", e.getMessage());
    }

    @Test
    void failuresNameTheLineTheyHappenIn() {
        String source =
                """
                {%- macro f(x) %}
                {{ x + 1 }}
                {%- endmacro %}
                ok

                {{ f('a') }}
                """;
        TemplateException e = failure(source);
        assertEquals("line 2: '+' cannot be applied to 'str' and 'int'", e.getMessage());
    }

    @Test
    void jsonIsSpacedAndEscapedAsPythonDoesIt() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("b", Arrays.asList(1, 2.0, null, true));
        map.put("a", "\u00e9\"\n</b>\u007f");
        assertEquals(
                "{\"b\": [1, 2.0, null, true], \"a\": \"\u00e9\\\"\\n</b>\u007f\"}",
                render("{{ m|tojson }}", "m", map));
        assertEquals(
                "{\n  \"a\": \"\\u00e9\\\"\\n</b>\\u007f\",\n  \"b\": [\n    1,\n    2.0,\n    null,\n    true\n  ]\n}",
                render("{{ m|tojson(indent=2, sort_keys=true, ensure_ascii=true) }}", "m", map));
        assertEquals("[1,2]", render("{{ [1, 2]|tojson(separators=(',', ':')) }}"));
        assertEquals(TemplateException.Kind.FAILED, failure("{{ x|tojson }}").kind());
        assertEquals(
                TemplateException.Kind.FAILED,
                failure("{{ [1]|map('string')|tojson }}").kind(),
                "a lazy sequence is no list");
    }

    @Test
    void timeIsTheGivenClocksInItsZone() {
        Clock clock = Clock.fixed(Instant.parse("2026-03-09T23:30:07Z"), ZoneId.of("Asia/Tokyo"));
        ChatTemplate template = ChatTemplate.compile("{{ strftime_now('%d %b %Y %H:%M, %A') }}");
        assertEquals(
                "10 Mar 2026 08:30, Tuesday", template.render(Map.of(), Limits.DEFAULT, clock));
        assertEquals(
                "09 Mar 2026 23:30, Monday",
                template.render(Map.of(), Limits.DEFAULT, clock.withZone(ZoneOffset.UTC)));
    }

    @Test
    void variablesHideGlobals() {
        assertEquals("7", render("{{ range }}", "range", 7));
        assertEquals("[0, 1]", render("{{ range(2)|list }}"));
    }

    @Test
    void mentionsTellsWhichVariablesOfTheCallerCanMatter() {
        ChatTemplate template =
                ChatTemplate.compile(
                        """
                        {# documents #} enable_thinking
                        {%- set system = 'x' %}{{ system }}
                        {%- for m in messages %}{% if tools and m.tool_calls %}{{ loop.index }}{% endif %}{% endfor %}
                        {%- macro f(date_string) %}{{ date_string }}{{ bos_token }}{% endmacro %}
                        {%- if not add_vision_id is defined %}{% set add_vision_id = false %}{% endif %}
                        """);
        for (String name : List.of("messages", "tools", "bos_token", "add_vision_id")) {
            assertTrue(template.mentions(name), name);
        }
        for (String name :
                List.of(
                        "documents",
                        "enable_thinking",
                        "system",
                        "m",
                        "loop",
                        "date_string",
                        "f",
                        "tool_calls")) {
            assertFalse(template.mentions(name), name);
        }
    }

    @Test
    void theCallersVariablesAreNeverChanged() {
        List<Object> messages =
                new ArrayList<>(List.of(new LinkedHashMap<>(Map.of("role", "user"))));
        Map<String, Object> variables = variables("messages", messages);
        String before = variables.toString();
        ChatTemplate.compile(
                        "{% set messages = messages + [1] %}{% for m in messages|reverse %}{% set m = 2 %}{% endfor %}{{ messages|sort(attribute='x')|first|d('') if false }}")
                .render(variables);
        assertEquals(before, variables.toString());
    }

    @Test
    void oneTemplateServesManyThreads() throws Exception {
        ChatTemplate template =
                ChatTemplate.compile(
                        "{% macro f(x) %}<{{ x }}{{ caller() if caller }}>{% endmacro %}{% set ns = namespace(n=0) %}{% for i in range(n) %}{% set ns.n = ns.n + i %}{{ f(ns.n) }}{% filter upper %}{% set q = 'a' ~ i %}{{ q }}{% endfilter %}{% endfor %}");
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            int n = 20 + t;
            String expected = template.render(Map.of("n", n));
            tasks.add(() -> {
                for (int i = 0; i < 200; i++) {
                    assertEquals(expected, template.render(Map.of("n", n)));
                }
                return null;
            });
        }
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Void> done : pool.invokeAll(tasks)) {
                done.get();
            }
        }
    }
}
