package apus.bench.template;

import java.time.Clock;
import java.util.Map;

/** Something that renders chat templates. */
interface Interpreter {
    /** For people, with its version. */
    String name();

    /** Parses a template; throws what it likes. */
    Compiled compile(String source, Clock clock);

    /** A parsed template. */
    interface Compiled {
        /**
         * The text.
         *
         * @param variables {@code add_generation_prompt} among them
         * @throws Raised if the template called {@code raise_exception}
         * @throws RuntimeException if it failed otherwise
         */
        String render(Map<String, Object> variables);
    }

    /** The template called {@code raise_exception}. */
    final class Raised extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Raised(String message) {
            super(message);
        }
    }
}
