package apus.openai.cli;

import apus.runtime.Chunk;
import apus.runtime.Conversation;
import apus.runtime.Engine;
import apus.runtime.Finish;
import apus.runtime.Generation;
import apus.runtime.Request;
import apus.runtime.RequestException;
import apus.runtime.Sampling;
import apus.runtime.Stops;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A conversation with an engine. For one thread. */
final class Dialogue {
    private final Engine engine;
    private final Optional<String> system;
    private final Sampling sampling;
    private final Stops stops;
    private final List<Map<String, Object>> messages = new ArrayList<>();

    Dialogue(Engine engine, Optional<String> system, Sampling sampling, Stops stops) {
        this.engine = engine;
        this.system = system;
        this.sampling = sampling;
        this.stops = stops;
        reset();
    }

    /** Forgets everything but the system message. */
    void reset() {
        messages.clear();
        system.ifPresent(text -> messages.add(Conversation.message("system", text)));
    }

    /** Prints the answer as it comes. A message that cannot be answered is forgotten again. */
    void say(String line, Terminal terminal) throws InterruptedException {
        messages.add(Conversation.message("user", line));
        try (Generation answer = engine.submit(request())) {
            StringBuilder text = new StringBuilder();
            Optional<Finish> finish = Optional.empty();
            for (Optional<Chunk> next = answer.next(); next.isPresent(); next = answer.next()) {
                text.append(next.get().text());
                finish = next.get().finish();
                terminal.out().print(next.get().text());
                terminal.out().flush();
            }
            terminal.out().println();
            messages.add(Conversation.message("assistant", text.toString()));
            finish.ifPresent(f -> remark(f, terminal));
        } catch (RequestException e) {
            messages.removeLast();
            terminal.err()
                    .println(
                            "apus: "
                                    + e.getMessage()
                                    + (e.reason() == RequestException.Reason.CONTEXT_LENGTH
                                            ? " /reset starts a new conversation."
                                            : ""));
        }
    }

    private Request request() {
        String prompt = engine.chat().render(Conversation.of(List.copyOf(messages)));
        return Request.of(engine.tokenizer().encode(prompt, false), sampling, stops);
    }

    private static void remark(Finish finish, Terminal terminal) {
        switch (finish) {
            case Finish.Stop _ -> {}
            case Finish.Length _ ->
                    terminal.err().println("(the answer ends here: --max-tokens or the context)");
            case Finish.Cancelled _ -> terminal.err().println("(cancelled)");
            case Finish.Failed failed ->
                    terminal.err().println("apus: " + failed.cause().getMessage());
        }
    }
}
