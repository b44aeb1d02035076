package apus.runtime;

import apus.format.token.Tokenizer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Keeps special tokens that a user wrote into a message from becoming special tokens. A mark that
 * no text holds goes into each of them before the template is rendered; where the marks stand in
 * the rendered text, the tokenizer must see ordinary text.
 */
final class LiteralContent {
    /** A Unicode noncharacter: never part of interchanged text. */
    private static final char MARK = '\uFDD0';

    private static final char REPLACEMENT = '\uFFFD';

    private final Pattern specialTokens;

    /** A rendered prompt. */
    record Marked(String text, BitSet literal) {}

    LiteralContent(Tokenizer tokenizer) {
        String any =
                IntStream.range(0, tokenizer.vocabSize())
                        .filter(tokenizer::isSpecial)
                        .mapToObj(tokenizer::piece)
                        .filter(piece -> !piece.isEmpty())
                        .map(Pattern::quote)
                        .collect(Collectors.joining("|"));
        specialTokens = any.isEmpty() ? Pattern.compile("(?!)") : Pattern.compile(any);
    }

    /** The conversation with marks in the messages; roles stay as they are. */
    Conversation mark(Conversation c) {
        List<Map<String, Object>> messages = new ArrayList<>();
        for (Map<String, Object> message : c.messages()) {
            Map<String, Object> marked = new LinkedHashMap<>();
            message.forEach(
                    (key, value) -> marked.put(key, key.equals("role") ? value : mark(value)));
            messages.add(marked);
        }
        return new Conversation(
                messages,
                c.tools(),
                c.documents(),
                c.addGenerationPrompt(),
                c.continueFinalMessage(),
                c.variables());
    }

    private Object mark(Object value) {
        if (value instanceof String text) {
            // The first char is split from the rest.
            return specialTokens
                    .matcher(text.replace(MARK, REPLACEMENT))
                    .replaceAll(match ->
                            Matcher.quoteReplacement(
                                    match.group().charAt(0)
                                            + String.valueOf(MARK)
                                            + match.group().substring(1)));
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> marked = new LinkedHashMap<>();
            map.forEach((key, v) -> marked.put(key, mark(v)));
            return marked;
        }
        if (value instanceof List<?> list) {
            return list.stream().map(this::mark).collect(Collectors.toCollection(ArrayList::new));
        }
        return value;
    }

    /** Takes the marks out and says where they were. */
    static Marked unmark(String rendered) {
        StringBuilder text = new StringBuilder(rendered.length());
        BitSet literal = new BitSet();
        for (int i = 0; i < rendered.length(); i++) {
            char c = rendered.charAt(i);
            if (c != MARK) {
                text.append(c);
            } else if (!text.isEmpty()) {
                literal.set(text.length() - 1);
            }
        }
        return new Marked(text.toString(), literal);
    }
}
