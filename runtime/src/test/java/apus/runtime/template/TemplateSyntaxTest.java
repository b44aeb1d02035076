package apus.runtime.template;

import static apus.runtime.template.Rendering.render;
import static apus.runtime.template.Rendering.syntaxError;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TemplateSyntaxTest {
    private static void refused(String message, String source) {
        TemplateException e = syntaxError(source);
        assertEquals(TemplateException.Kind.SYNTAX, e.kind(), source);
        assertEquals(message, e.getMessage());
    }

    @Test
    void everySyntaxErrorNamesItsLine() {
        refused("line 3: expected '}}', found 'y'", "a\n\n{{ x y }}");
        refused("line 2: expected an expression, found '%}'", "\n{% if %}");
        refused("line 2: '{{' is never closed: add '}}'", "\n{{ x\n\n");
        refused("line 1: '{%' is never closed: add '%}'", "{% if x");
        refused("line 2: '{#' is never closed: add '#}'", "\n{# x");
        refused("line 1: '{% raw %}' is never closed: add '{% endraw %}'", "{% raw %}\nx");
        refused("line 2: a string is never closed: add '", "\n{{ 'x }}");
        refused("line 1: ')' closes nothing", "{{ x) }}");
        refused("line 1: unexpected character '@'", "{{ @ }}");
        refused("line 1: there is no filter named 'nosuch'", "{{ x|nosuch }}");
        refused("line 1: there is no test named 'nosuch'", "{{ x is nosuch }}");
        refused("line 1: 'break' and 'continue' belong into a loop", "{% break %}");
        refused("line 1: 'true' cannot be assigned to", "{% set true = 1 %}");
    }

    @Test
    void unknownTagsAreRefusedByNameAndLine() {
        for (String tag : new String[] {"include", "import", "extends", "do", "block", "endif"}) {
            TemplateException e = syntaxError("\n\n{% " + tag + " 'x' %}");
            assertEquals(TemplateException.Kind.SYNTAX, e.kind());
            assertTrue(e.getMessage().startsWith("line 3: the tag '" + tag + "'"), e.getMessage());
        }
    }

    @Test
    void anOpenBlockIsNamedWithTheTagThatIsMissing() {
        TemplateException e = syntaxError("{% for x in y %}\n{{ x }}\n");
        assertTrue(e.getMessage().contains("add '{% endfor %}'"), e.getMessage());
    }

    @Test
    void blockTagsTakeTheirLineWithThem() {
        assertEquals("a\n  b\nc", render("a\n  {% if true %}\n  b\n  {% endif %}\nc"));
        assertEquals("a\n  \n  b\nc", render("a\n  {%+ if true +%}\n  b\n  {% endif %}\nc"));
        assertEquals("abc", render("a\n  {%- if true -%}\n  b\n  {%- endif -%}\nc"));
        assertEquals("  1  ", render("  {{ 1 }}  "));
        assertEquals("x1y", render("x  {{- 1 -}}  y"));
        assertEquals("ab", render("a{# note #}b"));
        assertEquals("a\nb", render("a\r\nb\r\n"));
    }

    @Test
    void rawTextIsNotATemplate() {
        assertEquals("{{ x }}{% y %}", render("{% raw %}{{ x }}{% y %}{% endraw %}"));
        assertEquals("a {{ x }} b", render("a {% raw -%}  {{ x }}  {%- endraw %} b"));
    }

    @Test
    void aFilterUnknownInsideAnIfFailsOnlyWhenReached() {
        assertEquals("ok", render("{% if false %}{{ x|nosuch }}{% endif %}ok"));
        assertEquals(
                TemplateException.Kind.FAILED,
                Rendering.failure("{% if true %}{{ 1|nosuch }}{% endif %}").kind());
    }

    @Test
    void deeplyNestedSourceIsRefusedWithoutExhaustingTheStack() {
        String[][] shapes = {
            {"{{ ", "(", "1", ")", " }}"},
            {"{{ ", "[", "", "]", " }}"},
            {"{{ ", "{1:", "1", "}", " }}"},
            {"{{ ", "not ", "1", "", " }}"},
            {"{{ ", "-", "1", "", " }}"},
            {"{{ ", "f(", "", ")", " }}"},
            {"{{ ", "x[", "1", "]", " }}"},
            {"{{ ", "1 if 1 else ", "1", "", " }}"},
            {"{{ 1", "", "", "+1", " }}"},
            {"{{ x", "", "", "|trim", " }}"},
            {"{{ x", "", "", ".a", " }}"},
            {"{{ x", "", "", "()", " }}"},
            {"{{ x", "", "", " and x", " }}"},
            {"{{ x", "", "", " or x", " }}"},
            {"{{ x", "", "", " if x", " }}"},
            {"", "{% if x %}", "", "{% endif %}", ""},
            {"", "{% for x in y %}", "", "{% endfor %}", ""},
            {"", "{% macro f() %}", "", "{% endmacro %}", ""},
            {"", "{% generation %}", "", "{% endgeneration %}", ""},
            {"{% set ", "(", "x", ")", " = 1 %}"},
        };
        for (String[] shape : shapes) {
            String source =
                    shape[0] + shape[1].repeat(5000) + shape[2] + shape[3].repeat(5000) + shape[4];
            TemplateException e = syntaxError(source);
            assertEquals(TemplateException.Kind.SYNTAX, e.kind(), shape[1] + shape[3]);
            assertTrue(e.getMessage().contains("deeper"), shape[1] + shape[3] + e.getMessage());
        }
    }

    @Test
    void longFlatSourceIsFine() {
        String chain =
                "{% if x == 1 %}a" + "{% elif x == 2 %}b".repeat(5000) + "{% else %}c{% endif %}";
        assertEquals("c", render(chain));
        assertEquals("x".repeat(5001), render("{{ 'x'" + " ~ 'x'".repeat(5000) + " }}"));
        assertEquals("5000", render("{{ [" + "1,".repeat(5000) + "]|length }}"));
    }

    @Test
    void aHugeSourceIsRefused() {
        assertEquals(TemplateException.Kind.SYNTAX, syntaxError("x".repeat(300_000)).kind());
    }
}
