package apus.openai.http;

import com.fasterxml.jackson.core.ErrorReportConfiguration;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.UncheckedIOException;

/** JSON as this server reads and writes it: strict in, compact out. */
final class Json {
    /** Deeper than any message, tool schema or template argument. */
    private static final int MAX_DEPTH = 100;

    private static final int MAX_NUMBER_LENGTH = 100;
    private static final int MAX_NAME_LENGTH = 1000;

    /** How much of a wrong token the parser's messages may show. */
    private static final int MAX_ECHO = 60;

    private Json() {}

    static final ObjectMapper MAPPER = mapper(Integer.MAX_VALUE);

    /**
     * @param maxString longest string in characters
     */
    static ObjectMapper mapper(int maxString) {
        JsonFactory factory =
                JsonFactory.builder()
                        .streamReadConstraints(
                                StreamReadConstraints.builder()
                                        .maxNestingDepth(MAX_DEPTH)
                                        .maxStringLength(maxString)
                                        .maxNumberLength(MAX_NUMBER_LENGTH)
                                        .maxNameLength(MAX_NAME_LENGTH)
                                        .build())
                        .errorReportConfiguration(
                                ErrorReportConfiguration.builder()
                                        .maxErrorTokenLength(MAX_ECHO)
                                        .maxRawContentLength(0)
                                        .build())
                        // Clients choose the names: a shared table of them only invites abuse.
                        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                        .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                        // Otherwise an emoji is written as two escapes, three times as long.
                        .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
                        .build();
        return JsonMapper.builder(factory)
                .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

    /** UTF-8 on one line: line breaks within strings are escapes. */
    static byte[] bytes(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
