package apus.bench.template;

import apus.bench.template.Interpreter.Compiled;
import apus.bench.template.Interpreter.Raised;
import apus.conformance.Packs;
import apus.conformance.TemplatePack;
import apus.conformance.TemplatePack.Case;
import apus.conformance.TemplatePack.Outcome;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Runs the packs that {@code APUS_CONFORMANCE} names through both interpreters: a table on standard
 * output, and the same as JSON where a file is given as the only argument.
 *
 * <p>Cases that continue the last message are left out: that is done around the interpreter, not by
 * it. Times are medians of rounds of at least 20 ms after 0.2 s of warming up, on the templates for
 * which both make the same text of a chat of 100 messages.
 */
public final class TemplateReport {
    private static final int MESSAGES = 100;
    private static final long WARM_NANOS = 200_000_000;
    private static final long ROUND_NANOS = 20_000_000;
    private static final int ROUNDS = 5;

    private final List<Interpreter> interpreters = List.of(new Ours(), new Jinja());

    /** Cases right of all, by outcome, and templates that are right in all their texts. */
    private static final class Count {
        final Map<Outcome, int[]> cases = new LinkedHashMap<>();
        final Set<String> wrongTemplates = new TreeSet<>();

        void add(Case c, boolean right) {
            int[] count = cases.computeIfAbsent(c.outcome(), o -> new int[2]);
            count[1]++;
            count[0] += right ? 1 : 0;
            if (!right && c.outcome() == Outcome.TEXT) {
                wrongTemplates.add(c.template());
            }
        }
    }

    /** Medians over templates, in microseconds, and the template that renders slowest. */
    private record Times(double compile, double render, double worstRender, String slowest) {}

    private TemplateReport() {}

    /** A file for the JSON may be given. */
    public static void main(String[] args) throws IOException {
        List<Path> packs = Packs.named().find(Packs.Kind.TEMPLATES);
        if (packs.isEmpty() || args.length > 1) {
            System.err.println(
                    "apus: set "
                            + Packs.VARIABLE
                            + " to folders with template packs; give at most"
                            + " a file to write JSON to");
            System.exit(2);
        }
        JsonMapper json = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        ObjectNode all = json.createObjectNode();
        all.put("java", System.getProperty("java.vm.version"));
        all.put("processors", Runtime.getRuntime().availableProcessors());
        for (Path pack : packs) {
            new TemplateReport()
                    .report(TemplatePack.read(pack), all.putObject(pack.getFileName().toString()));
        }
        if (args.length == 1) {
            Files.write(Path.of(args[0]), json.writeValueAsBytes(all));
        }
    }

    private void report(TemplatePack pack, ObjectNode json) {
        List<Case> cases = pack.cases().stream().filter(c -> !c.resume()).toList();
        System.out.printf(
                Locale.ROOT,
                "%d templates, %d cases (%d that continue a message are left out)%n",
                pack.templates(),
                cases.size(),
                pack.cases().size() - cases.size());
        Map<Interpreter, Count> counts = new LinkedHashMap<>();
        for (Interpreter interpreter : interpreters) {
            Count count = new Count();
            cases.forEach(c -> count.add(c, isRight(interpreter, c, pack.clock())));
            counts.put(interpreter, count);
        }
        Map<String, String> agreed = agreed(interpreters, cases, pack.clock());
        System.out.printf(
                Locale.ROOT,
                "%-16s%14s%14s%14s%12s | %d messages, %d templates that both render:%n%-16s%14s%14s"
                        + "%14s%12s | %12s%12s%12s%n",
                "",
                "texts",
                "raised",
                "failed",
                "templates",
                MESSAGES,
                agreed.size(),
                "",
                "right",
                "right",
                "right",
                "all right",
                "compile us",
                "render us",
                "slowest us");
        json.put("cases", cases.size());
        json.put("timed_templates", agreed.size());
        for (Interpreter interpreter : interpreters) {
            row(interpreter, counts.get(interpreter), pack, agreed, json);
        }
        Interpreter ours = interpreters.getFirst();
        Map<String, String> all = agreed(List.of(ours), cases, pack.clock());
        Times times = times(ours, all, pack.clock());
        System.out.printf(
                Locale.ROOT,
                "%s, all %d templates that take the %d messages: render %.1f us, slowest %.1f us"
                        + " (%s)%n",
                ours.name(),
                all.size(),
                MESSAGES,
                times.render(),
                times.worstRender(),
                times.slowest());
        json.putObject(ours.name() + ", alone")
                .put("timed_templates", all.size())
                .put("render_us", times.render())
                .put("slowest_render_us", times.worstRender())
                .put("slowest", times.slowest());
    }

    private static void row(
            Interpreter interpreter,
            Count count,
            TemplatePack pack,
            Map<String, String> agreed,
            ObjectNode json) {
        Times times = times(interpreter, agreed, pack.clock());
        int wholly = pack.templates() - count.wrongTemplates.size();
        System.out.printf(
                Locale.ROOT,
                "%-16s%14s%14s%14s%12d | %12.1f%12.1f%12.1f%n",
                interpreter.name(),
                share(count, Outcome.TEXT),
                share(count, Outcome.RAISED),
                share(count, Outcome.FAILED),
                wholly,
                times.compile(),
                times.render(),
                times.worstRender());
        ObjectNode own = json.putObject(interpreter.name());
        count.cases.forEach((outcome, n) ->
                own.putObject(outcome.name().toLowerCase(Locale.ROOT))
                        .put("right", n[0])
                        .put("of", n[1]));
        own.put("templates_all_right", wholly)
                .put("compile_us", times.compile())
                .put("render_us", times.render())
                .put("slowest_render_us", times.worstRender())
                .put("slowest", times.slowest());
    }

    private static String share(Count count, Outcome outcome) {
        int[] n = count.cases.getOrDefault(outcome, new int[2]);
        return n[0] + " of " + n[1];
    }

    private static boolean isRight(Interpreter interpreter, Case c, Clock clock) {
        Optional<String> text;
        boolean raised = false;
        try {
            text = Optional.of(interpreter.compile(c.source(), clock).render(variables(c)));
        } catch (Raised e) {
            text = Optional.of(e.getMessage());
            raised = true;
        } catch (RuntimeException | StackOverflowError e) {
            text = Optional.empty();
        }
        return switch (c.outcome()) {
            case TEXT -> !raised && text.equals(c.text());
            case RAISED -> raised && text.equals(c.text());
            case NOT_CONTINUED, FAILED -> !raised && text.isEmpty();
        };
    }

    private static Map<String, Object> variables(Case c) {
        Map<String, Object> variables = new HashMap<>(c.variables());
        variables.put("add_generation_prompt", c.generate());
        return variables;
    }

    private static Map<String, Object> longChat() {
        List<Map<String, Object>> messages = new ArrayList<>();
        for (int i = 0; i < MESSAGES; i++) {
            String role = i % 2 == 0 ? "user" : "assistant";
            messages.add(
                    Map.of("role", role, "content", "What was said in turn " + i + ", at length."));
        }
        Map<String, Object> variables = new HashMap<>();
        variables.put("messages", messages);
        variables.put("tools", null);
        variables.put("documents", null);
        variables.put("bos_token", "<s>");
        variables.put("eos_token", "</s>");
        variables.put("add_generation_prompt", true);
        return variables;
    }

    /** Sources, by id, of the templates that all make the same text of the long chat. */
    private static Map<String, String> agreed(
            List<Interpreter> interpreters, List<Case> cases, Clock clock) {
        Map<String, String> sources = new LinkedHashMap<>();
        cases.forEach(c -> sources.put(c.template(), c.source()));
        sources.values()
                .removeIf(source -> {
                    List<Optional<String>> texts =
                            interpreters.stream().map(i -> text(i, source, clock)).toList();
                    return texts.getFirst().isEmpty() || texts.stream().distinct().count() > 1;
                });
        return sources;
    }

    private static Optional<String> text(Interpreter interpreter, String source, Clock clock) {
        try {
            return Optional.of(interpreter.compile(source, clock).render(longChat()));
        } catch (RuntimeException | StackOverflowError e) {
            return Optional.empty();
        }
    }

    private static Times times(Interpreter interpreter, Map<String, String> sources, Clock clock) {
        Map<String, Object> chat = longChat();
        List<Double> compile = new ArrayList<>();
        List<Double> render = new ArrayList<>();
        String slowest = "";
        double worst = 0;
        for (Map.Entry<String, String> one : sources.entrySet()) {
            Compiled compiled = interpreter.compile(one.getValue(), clock);
            compile.add(micros(() -> interpreter.compile(one.getValue(), clock)));
            double time = micros(() -> compiled.render(chat));
            render.add(time);
            if (time > worst) {
                worst = time;
                slowest = one.getKey();
            }
        }
        return new Times(median(compile), median(render), worst, slowest);
    }

    private static double median(List<Double> times) {
        return times.isEmpty()
                ? Double.NaN
                : times.stream().sorted().toList().get(times.size() / 2);
    }

    private static double micros(Runnable work) {
        long end = System.nanoTime() + WARM_NANOS;
        while (System.nanoTime() < end) {
            work.run();
        }
        List<Double> rounds = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            long start = System.nanoTime();
            long now = start;
            int runs = 0;
            while (now - start < ROUND_NANOS) {
                work.run();
                runs++;
                now = System.nanoTime();
            }
            rounds.add((now - start) / 1e3 / runs);
        }
        return median(rounds);
    }
}
