package apus.openai.http;

import apus.openai.ApiException;
import apus.openai.HttpSettings;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.common.buffers.DataReader;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Reads a request's JSON object. Strict where leniency would hide a mistake: duplicate keys, text
 * after the object, NaN, bytes that are not UTF-8 and unpaired surrogates are errors. Memory is
 * bounded by the body limit and by {@link BoundedParser}.
 */
public final class JsonBody {
    private JsonBody() {}

    /**
     * The body as an object; reads it to its end.
     *
     * @throws ApiException 400 {@code invalid_json} or {@code invalid_type}
     */
    public static ObjectNode read(ServerRequest request, HttpSettings settings) {
        return parse(bytes(request), settings.maxBodyBytes());
    }

    private static byte[] bytes(ServerRequest request) {
        Exchange exchange = Exchange.of(request);
        // What follows a body that broke off cannot be told from the rest of it.
        exchange.bodyBroken(true);
        byte[] body;
        try {
            // Not closed: that would read on, past the fault. The server's limit on bodies holds
            // for this stream, chunked or not.
            body = exchange.body().counted(request.content().inputStream()).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NumberFormatException | DataReader.IncorrectNewLineException e) {
            throw ErrorMapper.transport(
                    Status.BAD_REQUEST_400, "a chunk of its body is malformed.");
        }
        exchange.bodyBroken(false);
        exchange.connection().intake().requestRead();
        return body;
    }

    static ObjectNode parse(byte[] body, long maxBodyBytes) {
        if (body.length == 0) {
            throw invalid("The request has no body; a JSON object is needed.");
        }
        ObjectMapper mapper = Json.mapper((int) Math.min(maxBodyBytes, Integer.MAX_VALUE));
        JsonNode node;
        BoundedParser parser = parser(mapper, body);
        try (parser) {
            node = mapper.readTree(parser);
            if (node == null || node.isMissingNode()) {
                throw invalid("The request body is blank; a JSON object is needed.");
            }
            if (parser.nextToken() != null) {
                throw invalid("The request body goes on after its JSON value" + at(parser));
            }
        } catch (BoundedParser.Refused e) {
            throw invalid(e.getMessage());
        } catch (CharacterCodingException e) {
            throw invalid("The request body is not valid UTF-8.");
        } catch (StreamConstraintsException e) {
            throw invalid("The request body exceeds a limit: " + e.getOriginalMessage());
        } catch (MismatchedInputException e) {
            throw invalid(
                    "The request body has the key '%s' twice in one object"
                                    .formatted(Text.shortened(parser.key()))
                            + at(parser));
        } catch (JsonProcessingException e) {
            throw invalid(
                    "The request body is not valid JSON (line %d, column %d): %s"
                            .formatted(
                                    e.getLocation().getLineNr(),
                                    e.getLocation().getColumnNr(),
                                    e.getOriginalMessage()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw ApiException.badRequest(
                "invalid_type",
                "",
                "The request body must be a JSON object, got "
                        + switch (node.getNodeType()) {
                            case ARRAY -> "an array.";
                            case STRING -> "a string.";
                            case NUMBER -> "a number.";
                            case BOOLEAN -> "a boolean.";
                            case NULL -> "null.";
                            case OBJECT, BINARY, POJO, MISSING -> "something else.";
                        });
    }

    private static BoundedParser parser(ObjectMapper mapper, byte[] body) {
        // A reader, not the bytes: given bytes the parser would guess UTF-16 and UTF-32, and pass
        // over-long forms and encoded surrogates.
        InputStreamReader text =
                new InputStreamReader(
                        new ByteArrayInputStream(body),
                        StandardCharsets.UTF_8
                                .newDecoder()
                                .onMalformedInput(CodingErrorAction.REPORT)
                                .onUnmappableCharacter(CodingErrorAction.REPORT));
        try {
            return new BoundedParser(mapper.getFactory().createParser(text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String at(JsonParser parser) {
        return " (line %d, column %d)."
                .formatted(
                        parser.currentTokenLocation().getLineNr(),
                        parser.currentTokenLocation().getColumnNr());
    }

    private static ApiException invalid(String message) {
        return ApiException.badRequest("invalid_json", "", message);
    }
}
