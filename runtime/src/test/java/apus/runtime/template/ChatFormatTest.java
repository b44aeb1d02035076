package apus.runtime.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChatFormatTest {
    private static final String PLAIN =
            "{% for m in messages %}<{{ m.role }}>{{ m.content }}</>{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}";
    private static final String TRIMMING = PLAIN.replace("m.content", "m.content|trim");
    private static final String PARTS =
            "{% for m in messages %}{% for p in m.content %}[{{ p.text }}]{% endfor %}{% endfor %}";

    private static Map<String, Object> chat(Object lastContent) {
        return Map.of(
                "messages",
                List.of(
                        Map.of("role", "user", "content", "Hi"),
                        Map.of("role", "assistant", "content", lastContent)));
    }

    private static String continued(String template, Object lastContent) {
        return ChatFormat.render(ChatTemplate.compile(template), chat(lastContent), false, true);
    }

    private static void refused(String template, Map<String, Object> variables) {
        TemplateException e =
                assertThrows(
                        TemplateException.class,
                        () ->
                                ChatFormat.render(
                                        ChatTemplate.compile(template), variables, false, true));
        assertEquals(TemplateException.Kind.FAILED, e.kind());
    }

    @Test
    void theGenerationPromptIsAddedOnRequest() {
        ChatTemplate template = ChatTemplate.compile(PLAIN);
        Map<String, Object> one =
                Map.of("messages", List.of(Map.of("role", "user", "content", "Hi")));
        assertEquals("<user>Hi</><assistant>", ChatFormat.render(template, one, true, false));
        assertEquals("<user>Hi</>", ChatFormat.render(template, one, false, false));
    }

    @Test
    void toolsAndDocumentsAreDefinedAsNoneWhenAbsent() {
        ChatTemplate template =
                ChatTemplate.compile("{{ tools is defined }} {{ tools is none }} {{ documents }}");
        assertEquals("True True None", ChatFormat.render(template, Map.of(), false, false));
        assertEquals(
                "True False None",
                ChatFormat.render(template, Map.of("tools", List.of(1)), false, false));
    }

    @Test
    void aContinuedMessageEndsTheText() {
        assertEquals("<user>Hi</><assistant>The sky", continued(PLAIN, "The sky"));
        assertEquals("<user>Hi</><assistant>The sky  ", continued(PLAIN, "The sky  "));
        assertEquals("<user>Hi</><assistant>Hi", continued(PLAIN, "Hi"));
    }

    @Test
    void aTemplateThatTrimsTakesTheBlanksOfAContinuedMessage() {
        assertEquals("<user>Hi</><assistant>The sky", continued(TRIMMING, "The sky  \n"));
    }

    @Test
    void theLastTextPartIsContinued() {
        Object parts =
                List.of(
                        Map.of("type", "text", "text", "a"),
                        Map.of("type", "text", "text", "b"),
                        Map.of("type", "image"));
        Map<String, Object> chat =
                Map.of("messages", List.of(Map.of("role", "assistant", "content", parts)));
        assertEquals("[a][b", ChatFormat.render(ChatTemplate.compile(PARTS), chat, false, true));
    }

    @Test
    void whatCannotBeContinuedIsRefused() {
        refused("{{ messages[0].content }}", chat("not shown"));
        refused("{{ messages[-1].content|upper }}", chat("changed"));
        refused(PLAIN, Map.of("messages", List.of()));
        refused(PLAIN, Map.of());
        refused(PLAIN, Map.of("messages", List.of(Map.of("role", "assistant"))));
        refused(PARTS, chat(List.of(Map.of("type", "image"))));
    }

    @Test
    void continuingAndBeginningExcludeEachOther() {
        TemplateException e =
                assertThrows(
                        TemplateException.class,
                        () ->
                                ChatFormat.render(
                                        ChatTemplate.compile(PLAIN), chat("x"), true, true));
        assertTrue(e.getMessage().contains("add_generation_prompt"), e.getMessage());
    }
}
