package apus.conformance;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Chat templates with conversations and the texts that the reference makes of them: {@code
 * manifest.json}, {@code conversations.json}, and {@code golden/ID.json} for each template.
 *
 * @param templates number of templates
 * @param clock stands where the reference's stood
 * @param cases all of them, template by template
 */
public record TemplatePack(int templates, Clock clock, List<Case> cases) {
    private static final JsonMapper JSON = new JsonMapper();

    /** What the reference did. */
    public enum Outcome {
        /** It made a text. */
        TEXT,
        /** The template called {@code raise_exception}; the text is its message. */
        RAISED,
        /** The last message could not be continued. */
        NOT_CONTINUED,
        /** Python refused an operation. */
        FAILED
    }

    /**
     * One rendering.
     *
     * @param template id of the template
     * @param conversation id of the conversation
     * @param source of the template
     * @param variables messages, tools, documents (null where absent), tokens, and options' own
     * @param generate whether the text ends where the assistant's answer begins
     * @param resume whether the last message is continued
     * @param outcome what the reference did
     * @param text it made, or raised; empty otherwise
     */
    public record Case(
            String template,
            String conversation,
            String source,
            Map<String, Object> variables,
            boolean generate,
            boolean resume,
            Outcome outcome,
            Optional<String> text) {
        @Override
        public String toString() {
            return template
                    + " "
                    + conversation
                    + (generate ? " generate" : "")
                    + (resume ? " resume" : "");
        }
    }

    /** Reads a pack. */
    public static TemplatePack read(Path pack) throws IOException {
        TypeReference<LinkedHashMap<String, Object>> object = new TypeReference<>() {};
        Map<String, Object> manifest =
                JSON.readValue(pack.resolve("manifest.json").toFile(), object);
        Map<Object, Map<String, Object>> conversations = new LinkedHashMap<>();
        List<LinkedHashMap<String, Object>> all =
                JSON.readValue(
                        pack.resolve("conversations.json").toFile(), new TypeReference<>() {});
        all.forEach(c -> conversations.put(c.get("id"), c));
        List<Case> cases = new ArrayList<>();
        List<Map<String, Object>> templates = maps(manifest.get("templates"));
        for (Map<String, Object> template : templates) {
            String source = Files.readString(pack.resolve((String) template.get("file")));
            Path golden = pack.resolve("golden").resolve(template.get("id") + ".json");
            Map<String, Object> expected = JSON.readValue(golden.toFile(), object);
            for (Map<String, Object> one : maps(expected.get("cases"))) {
                cases.add(of(template, source, conversations.get(one.get("conversation")), one));
            }
        }
        Clock clock =
                Clock.fixed(
                        LocalDateTime.parse((String) manifest.get("now")).toInstant(ZoneOffset.UTC),
                        ZoneOffset.UTC);
        return new TemplatePack(templates.size(), clock, List.copyOf(cases));
    }

    private static Case of(
            Map<String, Object> template,
            String source,
            Map<String, Object> conversation,
            Map<String, Object> golden) {
        Map<String, Object> options = map(golden.get("options"));
        Map<String, Object> error = map(golden.get("error"));
        Outcome outcome =
                switch ((String) error.getOrDefault("kind", "none")) {
                    case "none" -> Outcome.TEXT;
                    case "raise_exception" -> Outcome.RAISED;
                    case "continue_final_message" -> Outcome.NOT_CONTINUED;
                    default -> Outcome.FAILED;
                };
        Object text =
                switch (outcome) {
                    case TEXT -> golden.get("expected");
                    case RAISED -> error.get("message");
                    case NOT_CONTINUED, FAILED -> null;
                };
        return new Case(
                (String) template.get("id"),
                (String) conversation.get("id"),
                source,
                variables(template, conversation, options),
                Boolean.TRUE.equals(options.get("add_generation_prompt")),
                Boolean.TRUE.equals(options.get("continue_final_message")),
                outcome,
                Optional.ofNullable((String) text));
    }

    private static Map<String, Object> variables(
            Map<String, Object> template,
            Map<String, Object> conversation,
            Map<String, Object> options) {
        Map<String, Object> variables = new LinkedHashMap<>();
        variables.put("messages", conversation.get("messages"));
        variables.put("tools", conversation.get("tools"));
        variables.put("documents", conversation.get("documents"));
        variables.putAll(map(template.get("tokens")));
        variables.putAll(map(options.get("kwargs")));
        map(template.get("defaults"))
                .forEach((name, value) -> {
                    if (variables.get(name) == null) {
                        variables.put(name, value);
                    }
                });
        return variables;
    }

    private static List<Map<String, Object>> maps(Object value) {
        return JSON.convertValue(value, new TypeReference<>() {});
    }

    private static Map<String, Object> map(Object value) {
        return value == null ? Map.of() : JSON.convertValue(value, new TypeReference<>() {});
    }
}
