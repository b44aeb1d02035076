package apus.bench.template;

import apus.openai.Version;
import apus.runtime.template.ChatTemplate;
import apus.runtime.template.Limits;
import apus.runtime.template.TemplateException;
import java.time.Clock;

/** {@code apus.runtime.template}. */
final class Ours implements Interpreter {
    @Override
    public String name() {
        return "apus " + Version.TEXT;
    }

    @Override
    public Compiled compile(String source, Clock clock) {
        ChatTemplate template = ChatTemplate.compile(source);
        return variables -> {
            try {
                return template.render(variables, Limits.DEFAULT, clock);
            } catch (TemplateException e) {
                if (e.kind() == TemplateException.Kind.RAISED) {
                    throw new Raised(e.getMessage());
                }
                throw e;
            }
        };
    }
}
