package apus.runtime.template;

import java.time.Clock;
import java.time.ZoneId;
import java.util.Map;
import java.util.Set;

/**
 * A compiled chat template: immutable, safe for use by many threads, made once and rendered often.
 *
 * <p>The language is Jinja as Hugging Face sets it up for chats: {@code trim_blocks}, {@code
 * lstrip_blocks}, no autoescape, loop controls, the {@code generation} tag, {@code
 * raise_exception}, {@code strftime_now}, and a {@code tojson} that is {@code json.dumps} with
 * {@code ensure_ascii=False}. A template cannot load others.
 */
public final class ChatTemplate {
    /** No real template comes near it; the longest known are about 20,000 characters. */
    private static final int MAX_SOURCE = 250_000;

    private final String source;
    private final Body body;
    private final Symbols.Opening opening;
    private final int slots;
    private final Set<String> mentioned;

    private ChatTemplate(String source, Body body, Symbols root) {
        this.source = source;
        this.body = body;
        this.opening = root.opening();
        this.slots = root.function().size();
        this.mentioned = Set.copyOf(root.function().mentioned());
    }

    /**
     * @throws TemplateException of kind SYNTAX, naming the line
     */
    public static ChatTemplate compile(String source) {
        if (source.length() > MAX_SOURCE) {
            throw TemplateException.syntax(
                    1,
                    "the template has %d characters, at most %d are read"
                            .formatted(source.length(), MAX_SOURCE));
        }
        Body body = Parser.parse(source);
        Tree.checkHeight(body);
        Tree.checkNames(body, false);
        Symbols root = Symbols.root();
        body.declare(root);
        body.link(root);
        return new ChatTemplate(source, body, root);
    }

    /** Renders within {@link Limits#DEFAULT}, by the system's clock and time zone. */
    public String render(Map<String, Object> variables) {
        return render(variables, Limits.DEFAULT, Clock.system(ZoneId.systemDefault()));
    }

    /**
     * Renders the template.
     *
     * @param variables maps (in order), lists, strings, booleans, numbers, and null for Python's
     *     None; read during the call only, and never changed
     * @param clock what {@code strftime_now} tells, in the clock's zone
     * @throws TemplateException if the template refuses, fails, or spends more than {@code limits}
     */
    public String render(Map<String, Object> variables, Limits limits, Clock clock) {
        Run run = new Run(variables, limits, clock);
        try {
            Frame frame = new Frame(run, null, slots);
            opening.run(frame);
            body.exec(frame);
            return run.output();
        } catch (TemplateException e) {
            throw e.at(run.line());
        } catch (StackOverflowError _) {
            // The depth budget fits an ordinary stack, but the caller may stand deep in a small
            // one. All
            // state of the rendering is dropped here, so nothing is left half changed.
            throw TemplateException.limit(
                            "the template nests deeper than the thread's stack allows")
                    .at(run.line());
        }
    }

    /** The text it was compiled from. */
    public String source() {
        return source;
    }

    /**
     * Whether the template may read this variable of the caller, such as {@code tools} or {@code
     * enable_thinking}; found in the parsed tree, so a name in text or comments does not count.
     */
    public boolean mentions(String variable) {
        return mentioned.contains(variable);
    }
}
