package apus.runtime.template;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import apus.conformance.Packs;
import apus.conformance.TemplatePack;
import apus.conformance.TemplatePack.Case;
import apus.conformance.TemplatePack.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Renders every case of the template packs found below {@link Packs the folders that are named}: a
 * folder with {@code manifest.json} and {@code conversations.json} is a pack. The packs hold other
 * people's templates and are not part of this repository.
 */
class TemplateConformanceTest {
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
        for (Path path : packs) {
            TemplatePack pack = TemplatePack.read(path);
            Count count = new Count();
            pack.cases().forEach(c -> count.add(c, pack.clock()));
            System.out.println(
                    "template pack " + path + ": " + pack.templates() + " templates; " + count);
            count.wrong.stream().limit(40).forEach(System.out::println);
            assertAll(
                    () -> count.assertAllRight(Outcome.TEXT),
                    () -> count.assertAllRight(Outcome.RAISED),
                    () -> count.assertAllRight(Outcome.NOT_CONTINUED),
                    () ->
                            assertTrue(
                                    count.right(Outcome.FAILED)
                                            >= WANTED_FAILURES * count.all(Outcome.FAILED),
                                    "failures by Python's rules: " + count));
        }
    }

    /** What was right of what was tried, by what the reference did. */
    private static final class Count {
        private final Map<Outcome, int[]> counts = new EnumMap<>(Outcome.class);
        final List<String> wrong = new ArrayList<>();

        Count() {
            for (Outcome outcome : Outcome.values()) {
                counts.put(outcome, new int[2]);
            }
        }

        int right(Outcome outcome) {
            return counts.get(outcome)[0];
        }

        int all(Outcome outcome) {
            return counts.get(outcome)[1];
        }

        void assertAllRight(Outcome outcome) {
            assertEquals(all(outcome), right(outcome), outcome.toString());
        }

        void add(Case c, Clock clock) {
            Optional<TemplateException.Kind> kind = Optional.empty();
            String found;
            try {
                found =
                        ChatFormat.render(
                                ChatTemplate.compile(c.source()),
                                c.variables(),
                                c.generate(),
                                c.resume(),
                                clock);
            } catch (TemplateException e) {
                found = e.getMessage();
                kind = Optional.of(e.kind());
            }
            boolean raised = kind.equals(Optional.of(TemplateException.Kind.RAISED));
            boolean right =
                    switch (c.outcome()) {
                        case TEXT -> kind.isEmpty() && c.text().equals(Optional.of(found));
                        case RAISED -> raised && c.text().equals(Optional.of(found));
                        case NOT_CONTINUED ->
                                kind.equals(Optional.of(TemplateException.Kind.FAILED));
                        case FAILED -> kind.isPresent() && !raised;
                    };
            counts.get(c.outcome())[1]++;
            if (right) {
                counts.get(c.outcome())[0]++;
            } else {
                wrong.add(
                        "%s: expected %s %s, found %s %s"
                                .formatted(
                                        c,
                                        c.outcome(),
                                        brief(c.text().orElse("")),
                                        kind,
                                        brief(found)));
            }
        }

        @Override
        public String toString() {
            return "texts %d of %d, raised %d of %d, not continued %d of %d, failures %d of %d"
                    .formatted(
                            right(Outcome.TEXT),
                            all(Outcome.TEXT),
                            right(Outcome.RAISED),
                            all(Outcome.RAISED),
                            right(Outcome.NOT_CONTINUED),
                            all(Outcome.NOT_CONTINUED),
                            right(Outcome.FAILED),
                            all(Outcome.FAILED));
        }
    }

    private static String brief(String text) {
        String line = text.replace("\n", "\\n");
        return line.length() > 300 ? line.substring(0, 300) + "..." : line;
    }
}
