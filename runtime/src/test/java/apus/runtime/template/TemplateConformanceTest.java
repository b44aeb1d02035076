package apus.runtime.template;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import apus.conformance.Packs;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import org.junit.jupiter.api.Test;

/**
 * Renders every case of the template packs found below {@link Packs the folders that are named}: a
 * folder with {@code manifest.json} and {@code conversations.json} is a pack. The packs hold other
 * people's templates and are not part of this repository.
 */
class TemplateConformanceTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** So many of the failures that come from Python's rules must be failures here too. */
    private static final double WANTED_FAILURES = 0.95;

    @Test
    void everyPackRendersAsTheReferenceDoes() throws IOException {
        List<Path> packs = Packs.named().find(Packs.Kind.TEMPLATES);
        assumeFalse(
                packs.isEmpty(),
                "no template pack: none of the folders of "
                        + Packs.VARIABLE
                        + " holds a manifest.json");
        for (Path pack : packs) {
            Tally tally = new Tally();
            run(pack, tally);
            System.out.println("template pack " + pack + ": " + tally);
            tally.wrong.stream().limit(40).forEach(System.out::println);
            assertAll(
                    () -> assertEquals(tally.texts, tally.textsRight, "expected texts"),
                    () -> assertEquals(tally.raised, tally.raisedRight, "texts of raise_exception"),
                    () -> assertEquals(tally.refused, tally.refusedRight, "chats not continued"),
                    () ->
                            assertTrue(
                                    tally.failuresRight >= WANTED_FAILURES * tally.failures,
                                    "failures by Python's rules: " + tally));
        }
    }

    private static final class Tally {
        int templates;
        int texts;
        int textsRight;
        int raised;
        int raisedRight;
        int refused;
        int refusedRight;
        int failures;
        int failuresRight;
        final List<String> wrong = new ArrayList<>();

        @Override
        public String toString() {
            return "%d templates; texts %d of %d, raised %d of %d, not continued %d of %d, failures %d of %d"
                    .formatted(
                            templates,
                            textsRight,
                            texts,
                            raisedRight,
                            raised,
                            refusedRight,
                            refused,
                            failuresRight,
                            failures);
        }
    }

    private static <T> T read(Path file, TypeReference<T> type) throws IOException {
        return JSON.readValue(file.toFile(), type);
    }

    private static void run(Path pack, Tally tally) throws IOException {
        TypeReference<LinkedHashMap<String, Object>> object = new TypeReference<>() {};
        Map<String, Object> manifest = read(pack.resolve("manifest.json"), object);
        Map<String, Map<String, Object>> conversations = new LinkedHashMap<>();
        for (Map<String, Object> conversation :
                read(
                        pack.resolve("conversations.json"),
                        new TypeReference<List<LinkedHashMap<String, Object>>>() {})) {
            conversations.put((String) conversation.get("id"), conversation);
        }
        Clock clock =
                Clock.fixed(
                        LocalDateTime.parse((String) manifest.get("now")).toInstant(ZoneOffset.UTC),
                        ZoneOffset.UTC);
        for (Map<String, Object> entry : maps(manifest.get("templates"))) {
            String source = Files.readString(pack.resolve((String) entry.get("file")));
            Map<String, Object> golden =
                    read(pack.resolve("golden").resolve(entry.get("id") + ".json"), object);
            tally.templates++;
            for (Map<String, Object> golden1 : maps(golden.get("cases"))) {
                Map<String, Object> conversation =
                        conversations.get((String) golden1.get("conversation"));
                check(entry, source, conversation, golden1, clock, tally);
            }
        }
    }

    private static List<Map<String, Object>> maps(Object value) {
        return JSON.convertValue(value, new TypeReference<>() {});
    }

    private static Map<String, Object> map(Object value) {
        return value == null ? Map.of() : JSON.convertValue(value, new TypeReference<>() {});
    }

    private static Map<String, Object> variables(
            Map<String, Object> entry,
            Map<String, Object> conversation,
            Map<String, Object> options) {
        Map<String, Object> variables = new LinkedHashMap<>();
        variables.put("messages", conversation.get("messages"));
        variables.put("tools", conversation.get("tools"));
        variables.put("documents", conversation.get("documents"));
        variables.putAll(map(entry.get("tokens")));
        variables.putAll(map(options.get("kwargs")));
        map(entry.get("defaults"))
                .forEach((name, value) -> {
                    if (variables.get(name) == null) {
                        variables.put(name, value);
                    }
                });
        return variables;
    }

    private static void check(
            Map<String, Object> entry,
            String source,
            Map<String, Object> conversation,
            Map<String, Object> golden,
            Clock clock,
            Tally tally) {
        Map<String, Object> options = map(golden.get("options"));
        String found;
        TemplateException.Kind kind = null;
        try {
            found =
                    ChatFormat.render(
                            ChatTemplate.compile(source),
                            variables(entry, conversation, options),
                            Boolean.TRUE.equals(options.get("add_generation_prompt")),
                            Boolean.TRUE.equals(options.get("continue_final_message")),
                            clock);
        } catch (TemplateException e) {
            found = e.getMessage();
            kind = e.kind();
        }
        boolean right;
        Map<String, Object> error = map(golden.get("error"));
        String errorKind = (String) error.getOrDefault("kind", "none");
        switch (errorKind) {
            case "none" -> {
                right = kind == null && found.equals(golden.get("expected"));
                tally.texts++;
                tally.textsRight += right ? 1 : 0;
            }
            case "raise_exception" -> {
                right = kind == TemplateException.Kind.RAISED && found.equals(error.get("message"));
                tally.raised++;
                tally.raisedRight += right ? 1 : 0;
            }
            case "continue_final_message" -> {
                right = kind == TemplateException.Kind.FAILED;
                tally.refused++;
                tally.refusedRight += right ? 1 : 0;
            }
            default -> {
                right = kind != null && kind != TemplateException.Kind.RAISED;
                tally.failures++;
                tally.failuresRight += right ? 1 : 0;
            }
        }
        if (!right) {
            tally.wrong.add(
                    "%s %s %s: expected %s, found %s %s"
                            .formatted(
                                    entry.get("id"),
                                    golden.get("conversation"),
                                    options,
                                    brief(golden.getOrDefault("expected", error)),
                                    kind,
                                    brief(found)));
        }
    }

    private static String brief(Object value) {
        String text = String.valueOf(value).replace("\n", "\\n");
        return text.length() > 300 ? text.substring(0, 300) + "..." : text;
    }
}
