package apus.openai.http;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import java.io.IOException;

/**
 * Refuses what would cost far more memory as a tree than as text, and values that no later step
 * could use: a body of 32 MiB of <code>{},{},{}</code> would be a gigabyte of nodes.
 */
final class BoundedParser extends JsonParserDelegate {
    /** Enough for {@code max_prompts} prompts of token ids, lists of messages with parts, tools. */
    private static final int MAX_CONTAINERS = 200_000;

    /** Enough for the token ids of a full body: each takes at least two bytes and mostly six. */
    private static final int MAX_VALUES = 8_000_000;

    /** What a request body is refused for, in words for its sender. */
    static final class Refused extends JsonParseException {
        private static final long serialVersionUID = 1L;

        Refused(JsonParser parser, String message) {
            super(parser, message);
        }

        @Override
        public String getMessage() {
            return getOriginalMessage();
        }
    }

    private String key = "";
    private int containers;
    private int values;

    BoundedParser(JsonParser parser) {
        super(parser);
    }

    /** The last key read; empty before the first. */
    String key() {
        return key;
    }

    @Override
    public JsonToken nextToken() throws IOException {
        JsonToken token = super.nextToken();
        if (token == null) {
            return null;
        }
        if (token == JsonToken.FIELD_NAME) {
            key = getText();
        }
        switch (token) {
            case START_OBJECT, START_ARRAY -> {
                containers++;
                if (containers > MAX_CONTAINERS) {
                    throw new Refused(
                            this,
                            "The request body has more than "
                                    + MAX_CONTAINERS
                                    + " arrays and objects.");
                }
            }
            case FIELD_NAME, VALUE_STRING -> {
                if (unpaired(getTextCharacters(), getTextOffset(), getTextLength())) {
                    throw new Refused(
                            this,
                            "A string in the request body has an unpaired UTF-16 surrogate (line "
                                    + currentTokenLocation().getLineNr()
                                    + ", column "
                                    + currentTokenLocation().getColumnNr()
                                    + ").");
                }
            }
            case VALUE_NUMBER_FLOAT -> {
                if (!Double.isFinite(getDoubleValue())) {
                    throw new Refused(
                            this, "A number in the request body is too large to be represented.");
                }
            }
            case END_OBJECT,
                    END_ARRAY,
                    VALUE_NUMBER_INT,
                    VALUE_TRUE,
                    VALUE_FALSE,
                    VALUE_NULL,
                    VALUE_EMBEDDED_OBJECT,
                    NOT_AVAILABLE -> {}
        }
        values++;
        if (values > MAX_VALUES) {
            throw new Refused(this, "The request body has more than " + MAX_VALUES + " values.");
        }
        return token;
    }

    private static boolean unpaired(char[] text, int from, int length) {
        for (int i = from; i < from + length; i++) {
            if (Character.isSurrogate(text[i])) {
                boolean pair =
                        Character.isHighSurrogate(text[i])
                                && i + 1 < from + length
                                && Character.isLowSurrogate(text[i + 1]);
                if (!pair) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }
}
