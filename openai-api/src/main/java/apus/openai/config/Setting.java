package apus.openai.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * One row of the table: something a user can set, under the same name as flag, environment variable
 * and key of the configuration file.
 *
 * @param key flag without its dashes and key of the file, {@code max-model-len}
 * @param aliases other flags, with their dashes
 * @param variables other environment variables, beside the key in upper case
 * @param group section of help and documentation; also which commands take it
 * @param shape what follows the flag
 * @param placeholder for people, {@code TOKENS}
 * @param fallback the value that stands for "not given", written as a user would; or, in brackets,
 *     what happens then
 * @param help one or two sentences
 * @param effect what it does
 */
public record Setting(
        String key,
        List<String> aliases,
        List<String> variables,
        Group group,
        Shape shape,
        String placeholder,
        String fallback,
        String help,
        Effect effect) {

    private static final Set<String> SECRETS = Set.of("api-key", "api-keys", "hf-token");

    /** Sections, in the order of help and documentation. */
    public enum Group {
        MODEL("Model"),
        DOWNLOAD("Downloads and caches"),
        ENGINE("Engine"),
        SERVER("Server"),
        API("Requests and answers"),
        FOREIGN("Accepted for vLLM and the RunPod worker, without effect here");

        private final String title;

        Group(String title) {
            this.title = title;
        }

        public String title() {
            return title;
        }

        /** Whether commands without a server, such as chat, take it too. */
        public boolean forEngine() {
            return this == MODEL || this == DOWNLOAD || this == ENGINE || this == FOREIGN;
        }
    }

    /** What follows the flag. */
    public enum Shape {
        /** Nothing, or true or false; {@code --no-KEY} is false. */
        SWITCH,
        /** One value. */
        ONE,
        /** A value with several parts, or the flag again and again. */
        MANY
    }

    /** What a value does. */
    @FunctionalInterface
    public interface Effect {
        /**
         * Changes the draft, warns, or refuses.
         *
         * @throws ConfigurationException if the value cannot be honoured
         */
        void apply(Draft draft, Value value);
    }

    public Setting {
        aliases = List.copyOf(aliases);
        variables = List.copyOf(variables);
    }

    /** {@code --max-model-len}. */
    public String flag() {
        return "--" + key;
    }

    /**
     * All environment variables. The first one that is set wins; the one named like the flag is
     * last, since the others say more precisely whom they are meant for.
     */
    public List<String> environment() {
        List<String> all = new ArrayList<>(variables);
        String own = key.toUpperCase(Locale.ROOT).replace('-', '_');
        if (!all.contains(own)) {
            all.add(own);
        }
        return all;
    }

    /** Whether {@link #fallback} is a value, not a description. */
    public boolean fallbackIsValue() {
        return !fallback.startsWith("(");
    }

    /** Whether its values must not be printed. */
    public boolean secret() {
        return SECRETS.contains(key);
    }

    static Setting toggle(Group group, String key, boolean fallback, String help, Effect effect) {
        return new Setting(
                key,
                List.of(),
                List.of(),
                group,
                Shape.SWITCH,
                "",
                Boolean.toString(fallback),
                help,
                effect);
    }

    static Setting one(
            Group group,
            String key,
            String placeholder,
            String fallback,
            String help,
            Effect effect) {
        return new Setting(
                key, List.of(), List.of(), group, Shape.ONE, placeholder, fallback, help, effect);
    }

    static Setting many(
            Group group,
            String key,
            String placeholder,
            String fallback,
            String help,
            Effect effect) {
        return new Setting(
                key, List.of(), List.of(), group, Shape.MANY, placeholder, fallback, help, effect);
    }

    /** The same with other flags for it. */
    Setting alias(String... flags) {
        return new Setting(
                key, List.of(flags), variables, group, shape, placeholder, fallback, help, effect);
    }

    /** The same with environment variables that go before the one named like the flag. */
    Setting variable(String... names) {
        return new Setting(
                key, aliases, List.of(names), group, shape, placeholder, fallback, help, effect);
    }
}
