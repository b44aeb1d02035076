package apus.runtime.template;

import static apus.runtime.template.Rendering.failure;
import static apus.runtime.template.Rendering.render;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class TemplateScopeTest {
    @Test
    void whatALoopAssignsEndsWithItsTurn() {
        assertEquals(
                "1516|1",
                render(
                        "{% set x = 1 %}{% for i in [5, 6] %}{{ x }}{% set x = i %}{{ x }}{% endfor %}|{{ x }}"));
    }

    @Test
    void whatAnIfAssignsStays() {
        assertEquals("2", render("{% if true %}{% set x = 2 %}{% endif %}{{ x }}"));
        assertEquals("c", render("{% if false %}{% set x = 2 %}{% endif %}{{ x }}", "x", "c"));
    }

    @Test
    void macrosCallsAndGenerationsKeepTheirAssignments() {
        assertEquals(
                "1|",
                render("{% macro f() %}{% set x = 1 %}{{ x }}{% endmacro %}{{ f() }}|{{ x }}"));
        assertEquals(
                "1|", render("{% generation %}{% set x = 1 %}{{ x }}{% endgeneration %}|{{ x }}"));
        assertEquals(
                "[1]|",
                render(
                        "{% macro f() %}[{{ caller() }}]{% endmacro %}{% call f() %}{% set x = 1 %}{{ x }}{% endcall %}|{{ x }}"));
    }

    @Test
    void aNamespaceCarriesValuesOutOfLoops() {
        assertEquals(
                "6",
                render(
                        "{% set ns = namespace(n=0) %}{% for i in [1, 2, 3] %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}"));
        assertEquals(
                TemplateException.Kind.FAILED, failure("{% set m.x = 1 %}", "m", List.of()).kind());
    }

    @Test
    void aLaterAssignmentHidesTheCallersVariableInLoopsAbove() {
        assertEquals(
                "[]", render("{% for i in [1] %}[{{ x }}]{% endfor %}{% set x = 1 %}", "x", "c"));
        assertEquals(
                "c[c]",
                render("{{ x }}{% for i in [1] %}[{{ x }}]{% endfor %}{% set x = 1 %}", "x", "c"));
    }

    @Test
    void aMacroSeesTheValuesOfItsPlaceAtTheTimeOfTheCall() {
        assertEquals(
                "12",
                render(
                        "{% set x = 1 %}{% macro f() %}{{ x }}{% endmacro %}{{ f() }}{% set x = 2 %}{{ f() }}"));
    }

    @Test
    void aNestedLoopHasItsOwnLoopVariable() {
        assertEquals(
                "1:12;2:12;",
                render(
                        "{% for a in 'xy' %}{{ loop.index }}:{% for b in 'xy' %}{{ loop.index }}{% endfor %};{% endfor %}"));
    }

    @Test
    void aLoopsElseRunsWhenNoTurnWasFinished() {
        assertEquals("e", render("{% for i in [] %}x{% else %}e{% endfor %}"));
        assertEquals("e", render("{% for i in [1] %}{% continue %}{% else %}e{% endfor %}"));
        assertEquals("x", render("{% for i in [1] %}x{% else %}e{% endfor %}"));
    }

    @Test
    void aLoopsConditionIsTestedBeforeItCounts() {
        assertEquals(
                "2:1/2 4:2/2 ",
                render(
                        "{% for i in [1, 2, 3, 4] if i is even %}{{ i }}:{{ loop.index }}/{{ loop.length }} {% endfor %}"));
    }

    @Test
    void aLazyFilterGivesItsElementsOnce() {
        assertEquals(
                "13|", render("{% set g = [1, 2, 3]|select('odd') %}{{ g|join }}|{{ g|join }}"));
        assertEquals("yes", render("{{ 'yes' if [1]|select('even') else 'no' }}"));
    }
}
