package apus.openai.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import apus.openai.ServedModel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** That spelling a path another way never leads past what guards it. */
final class RouteTablePropertyTest {
    private static final List<Route> ROUTES =
            Routes.all(Servers.settings(), Servers.api(), new ServedModel(), new HttpCounts());
    private static final RouteTable TABLE = new RouteTable(ROUTES, Optional.empty());

    @Property
    void anEscapedPathFindsTheRouteOfThePlainOne(
            @ForAll("paths") String path, @ForAll List<Boolean> escape) {
        StringBuilder escaped = new StringBuilder();
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            boolean must = bytes[i] < 0;
            if (must || (!escape.isEmpty() && escape.get(i % escape.size()))) {
                escaped.append("%%%02x".formatted(bytes[i] & 0xff));
            } else {
                escaped.append((char) bytes[i]);
            }
        }
        String plain = path.chars().allMatch(c -> c < 128) ? path : escaped.toString();
        assertEquals(TABLE.find(plain), TABLE.find(escaped.toString()));
    }

    @Property
    void whatIsFoundUnderAPrefixIsWhatIsFoundWithout(@ForAll("paths") String path) {
        if (path.startsWith("/v1/")) {
            assertEquals(TABLE.find(path), TABLE.find("/openai" + path));
            assertEquals(TABLE.find(path), TABLE.find("/v2/a-B_9/openai" + path));
        } else {
            assertEquals(Optional.empty(), TABLE.find("/openai" + path));
            assertEquals(Optional.empty(), TABLE.find("/v2/a-B_9/openai" + path));
        }
    }

    @Property
    void anyTextFindsARouteOrNone(@ForAll String path) {
        Optional<RouteTable.Match> match = TABLE.find(path);
        match.ifPresent(m -> assertEquals(true, ROUTES.contains(m.route())));
    }

    @Provide
    Arbitrary<String> paths() {
        Arbitrary<String> known =
                Arbitraries.of(ROUTES).map(r -> r.path().replace("{id}", "a/b:c"));
        Arbitrary<String> made =
                Arbitraries.of(
                                "/",
                                "v1",
                                "models",
                                "..",
                                ".",
                                "chat",
                                "é",
                                "tokenize",
                                "%25",
                                ";a=b")
                        .list()
                        .ofMinSize(1)
                        .ofMaxSize(6)
                        .map(parts -> "/" + String.join("/", parts).replace("%25", "x"));
        return Arbitraries.oneOf(known, made);
    }
}
