package apus.runtime.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Templates that mean harm end quickly, with an error and without exhausting the heap or the stack.
 */
class TemplateLimitsTest {
    /** Generous, for a machine under load: what is measured are steps, not seconds. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final String BIG = "{% set big = 'ab' * 1000000 %}";
    private static final String DAG =
            "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}";
    private static final String DEEP =
            "{% set ns = namespace(x=[1]) %}{% for i in range(90000) %}{% set ns.x = [ns.x] %}{% endfor %}";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% set ns = namespace(x='a') %}{% for i in range(100) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
                "{% set ns = namespace(x='a') %}{% for i in range(100) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
                "{% set ns = namespace(x=[1]) %}{% for i in range(100) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
                "{{ 'a' * 10**9 }}",
                "{{ 10**9 * 'a' }}",
                "{{ [0] * 10**9 }}",
                "{{ (0,) * 10**18 }}",
                "{{ range(10**12) }}",
                "{{ range(0, 0 - 10**12, -1)|list }}",
                "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
                "{% for i in range(100000) %}{{ 'x' * 1000 }}{% endfor %}",
                "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
                "{% macro f(x) %}{{ f(x) }}{{ f(x) }}{% endmacro %}{{ f(1) }}",
                "{% macro f(x, y=f(1)) %}{{ y }}{% endmacro %}{{ f(1) }}",
                "{% macro f() %}{% call f() %}{{ caller() }}{% endcall %}{% endmacro %}{{ f() }}",
                "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
                "{{ 10 ** (10 ** 10) }}",
                "{{ 2 ** 100000 }}",
                "{% set ns = namespace(x=3) %}{% for i in range(100) %}{% set ns.x = ns.x * ns.x %}{% endfor %}",
                "{{ '%1000000000d' % 1 }}",
                "{{ '%.100000000f' % 1 }}",
                "{{ '%*d' % (1000000000, 1) }}",
                "{{ '{:1000000000}'.format(1) }}",
                "{{ '{:.99999999f}'.format(1.0) }}",
                "{{ 'a'|center(10**9) }}",
                "{{ 'a'.ljust(10**9) }}",
                "{{ 'a'.zfill(10**9) }}",
                "{{ ('\\t' * 1000).expandtabs(10**8) }}",
                "{{ 'a\\nb'|indent(10**9) }}",
                "{{ [1]|tojson(indent=10**9) }}",
                "{{ ('a' * 100000).replace('a', 'b' * 100000) }}",
                "{{ ('a' * 100000).replace('', 'b' * 100000) }}",
                "{{ ('b' * 100000).join(['a'] * 100000) }}",
                "{{ (['b' * 100000] * 100000)|join }}",
                "{{ [1]|batch(10**9, 1)|list }}",
                "{{ [1]|slice(10**9)|list }}",
                "{{ ('%s' * 100000) % (('b' * 100000,) * 100000) }}",
                "{% set big = 'Ab' * 1000000 %}{{ ([big] * 100000)|sort|length }}",
                "{% set big = 'Ab' * 1000000 %}{{ ([big] * 100000)|map('lower')|list|length }}",
                BIG + "{{ ([big] * 400000)|map('length')|sum }}",
                BIG + "{{ ([big] * 400000)|select('equalto', 'ab' * 1000000)|list|length }}",
                BIG + "{% for i in range(100000) %}{% set x = big.isalpha() %}{% endfor %}",
                BIG + "{% for i in range(100000) %}{% set x = big.count('a') %}{% endfor %}",
                BIG + "{% for i in range(100000) %}{% set x = 'z' in big %}{% endfor %}",
                BIG + "{% for i in range(100000) %}{% set x = big.split('a') %}{% endfor %}",
                DAG + "{{ ns.x }}",
                DAG + "{{ ns.x|tojson }}",
                DAG + "{{ ns.x == ns.x[0] + ns.x[1] }}{% set a = ns.x %}" + DAG + "{{ a == ns.x }}",
                DAG + "{% set a = ns.x %}" + DAG + "{{ a < ns.x }}",
                DAG + "{% set a = ns.x %}" + DAG + "{{ a in [ns.x] }}",
                "{% set ns = namespace(x=(1,)) %}{% for i in range(60) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}{{ {ns.x: 1} }}",
                DEEP + "{{ ns.x }}",
                DEEP + "{{ ns.x|tojson }}",
                DEEP + "{% set a = ns.x %}" + DEEP + "{{ a == ns.x }}",
                "{% set ns = namespace() %}{% set ns.x = ns %}{{ ns }}",
                "{% set ns = namespace(x=(1,)) %}{% for i in range(90000) %}{% set ns.x = (ns.x,) %}{% endfor %}{{ {ns.x: 1} }}",
            })
    void hostileTemplatesEndWithALimit(String source) {
        assertTimeoutPreemptively(
                PATIENCE,
                () -> {
                    ChatTemplate template = ChatTemplate.compile(source);
                    TemplateException e =
                            assertThrows(TemplateException.class, () -> template.render(Map.of()));
                    assertEquals(TemplateException.Kind.LIMIT, e.kind(), e.getMessage());
                    assertTrue(e.getMessage().startsWith("line 1: "), e.getMessage());
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% set n = 'a' * 500000 ~ 'b' %}{{ (('a' * 2000000).find(n)) }}",
                "{% set n = 'b' ~ 'a' * 500000 %}{{ (('a' * 2000000).rfind(n)) }}",
                "{% set n = 'a' * 500000 ~ 'b' %}{{ -1 if n not in 'a' * 2000000 }}",
                "{% set n = 'a' * 500000 ~ 'b' %}{{ ('a' * 2000000).count(n) - 1 }}",
                "{{ ('a' * 1000000).strip('b' * 1000000 ~ 'a')|length - 1 }}",
            })
    void searchesTakeLinearTimeWhateverTheTexts(String source) {
        assertTimeoutPreemptively(
                PATIENCE, () -> assertEquals("-1", ChatTemplate.compile(source).render(Map.of())));
    }

    @Test
    void eachBudgetIsNamedWhenItIsSpent() {
        Clock clock = Clock.systemUTC();
        Limits small = new Limits(1000, 20, 100, Duration.ofSeconds(5));
        record Case(String source, String message) {}
        for (Case c :
                List.of(
                        new Case("{% for i in range(9999) %}{% endfor %}", "more than 1000 steps"),
                        new Case(
                                "{% for i in range(99) %}aaaa{% endfor %}",
                                "more than 100 characters"),
                        new Case(
                                "{% for i in range(99) %}{% set x = 'a' * 99 %}{% endfor %}",
                                "more than 1600 characters of text in all"),
                        new Case(
                                "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
                                "deeper than 20 levels"))) {
            ChatTemplate template = ChatTemplate.compile(c.source());
            TemplateException e =
                    assertThrows(
                            TemplateException.class, () -> template.render(Map.of(), small, clock));
            assertEquals(TemplateException.Kind.LIMIT, e.kind());
            assertTrue(e.getMessage().contains(c.message()), e.getMessage());
        }
    }

    @Test
    void timeRunsOutEvenWhenStepsDoNot() {
        Limits limits = new Limits(Long.MAX_VALUE, 1000, 1000, Duration.ofMillis(20));
        ChatTemplate template =
                ChatTemplate.compile(
                        "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}");
        TemplateException e =
                assertTimeoutPreemptively(
                        PATIENCE,
                        () ->
                                assertThrows(
                                        TemplateException.class,
                                        () ->
                                                template.render(
                                                        Map.of(), limits, Clock.systemUTC())));
        assertTrue(e.getMessage().contains("longer than 20 ms"), e.getMessage());
    }

    @Test
    void aValueThatContainsItselfDoesNotHang() {
        List<Object> list = new ArrayList<>();
        list.add(list);
        for (String source : List.of("{{ x }}", "{{ x|tojson }}", "{{ x == [x] }}")) {
            ChatTemplate template = ChatTemplate.compile(source);
            TemplateException e =
                    assertThrows(TemplateException.class, () -> template.render(Map.of("x", list)));
            assertEquals(TemplateException.Kind.LIMIT, e.kind(), source);
        }
    }

    @Test
    void theDeepestAllowedNestingFitsASmallStack() throws InterruptedException {
        String body = "{% if x > 0 %}".repeat(10) + "{{ f(x - 1) }}" + "{% endif %}".repeat(10);
        ChatTemplate template =
                ChatTemplate.compile("{% macro f(x) %}" + body + "{% endmacro %}{{ f(n) }}ok");
        List<Object> results = new ArrayList<>();
        Thread thread =
                new Thread(
                        null,
                        () -> {
                            results.add(template.render(Map.of("n", 30)));
                            try {
                                results.add(template.render(Map.of("n", 100_000)));
                            } catch (TemplateException e) {
                                results.add(e.getMessage());
                            }
                        },
                        "small-stack",
                        512 * 1024);
        thread.start();
        thread.join();
        assertEquals(
                List.of("ok", "line 1: the template nests calls or values deeper than 1500 levels"),
                results);
    }

    @Test
    void limitsMustBePositive() {
        assertThrows(
                IllegalArgumentException.class, () -> new Limits(0, 1, 1, Duration.ofSeconds(1)));
        assertThrows(IllegalArgumentException.class, () -> new Limits(1, 1, 1, Duration.ZERO));
    }
}
