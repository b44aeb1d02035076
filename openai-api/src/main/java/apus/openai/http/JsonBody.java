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
import io.helidon.webserver.http.ServerRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
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
        byte[] body;
        try (InputStream in = request.content().inputStream()) {
            // The server's limit on bodies holds for this stream, chunked or not.
            body = in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (request.content().consumed()) {
            Exchange.of(request).connection().intake().requestRead();
        }
        return parse(body, settings.maxBodyBytes());
    }

    static ObjectNode parse(byte[] body, long maxBodyBytes) {
        if (body.length == 0) {
            throw invalid("The request has no body; a JSON object is needed.");
        }
        ObjectMapper mapper = Json.mapper((int) Math.min(maxBodyBytes, Integer.MAX_VALUE));
        JsonNode node;
        try (JsonParser parser =
                new BoundedParser(mapper.getFactory().createParser(reader(body)))) {
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
            throw invalid("The request body repeats a key: " + e.getOriginalMessage());
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

    private static InputStreamReader reader(byte[] body) {
        // A reader, not the bytes: given bytes the parser would guess UTF-16 and UTF-32, and pass
        // over-long forms and encoded surrogates.
        return new InputStreamReader(
                new ByteArrayInputStream(body),
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT));
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
