package apus.openai.generate;

import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.openai.ApiException;
import apus.runtime.Engine;
import apus.runtime.EngineOptions;
import apus.runtime.RequestException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Any value in any field of the table makes a job or an error that blames the request. Values are
 * drawn near the borders of what fields take, so that many get far.
 */
class FieldFuzzPropertyTest {
    private static final JsonMapper JSON = new JsonMapper();

    private static Engine engine;
    private static JobReader jobs;

    @BeforeContainer
    static void start() {
        Path model = Path.of(System.getProperty("apus.testdata"), "models", "llama2-mha");
        engine = Engine.open(model, EngineOptions.builder().threads(1).build());
        jobs = new JobReader(Requests.SETTINGS);
    }

    @AfterContainer
    static void stop() {
        engine.close();
    }

    @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
    void anyFieldsMakeAJobOrARefusal(
            @ForAll("fields") List<Param<?>> fields, @ForAll("values") List<Object> values) {
        for (Endpoint endpoint : Endpoint.values()) {
            ObjectNode body = JSON.createObjectNode().put("messages", "Hi").put("prompt", "Hi");
            for (int i = 0; i < fields.size(); i++) {
                body.set(fields.get(i).name(), JSON.valueToTree(values.get(i)));
            }
            try {
                Params params = jobs.params(endpoint, body, engine);
                Job job = jobs.job(params, engine, "stem");
                assertTrue(job.requests().size() >= 1);
            } catch (ApiException e) {
                assertTrue(e.status() == 400 || e.status() == 404, body + ": " + e.getMessage());
                assertTrue(e.getMessage().length() < 300, e.getMessage());
            } catch (RequestException e) {
                // The template's or the engine's word on it; a 400 too.
                assertTrue(e.getMessage().length() < 1000, e.getMessage());
            }
        }
    }

    @Provide
    Arbitrary<List<Param<?>>> fields() {
        Arbitrary<Param<?>> row = Arbitraries.of(ParamTable.ALL);
        return row.list().ofMinSize(1).ofMaxSize(4);
    }

    @Provide
    Arbitrary<List<Object>> values() {
        Arbitrary<Object> scalars =
                Arbitraries.oneOf(
                        Arbitraries.<Object>of(
                                -2,
                                -1,
                                0,
                                1,
                                2,
                                3,
                                5,
                                20,
                                21,
                                128,
                                129,
                                511,
                                512,
                                1 << 30,
                                Long.MAX_VALUE,
                                Long.MIN_VALUE),
                        Arbitraries.<Object>of(
                                -2.1, -0.5, 0.0, 1e-9, 0.3, 0.999, 1.0, 1.5, 2.0, 2.1, 1e300,
                                -1e300),
                        Arbitraries.<Object>of(true, false),
                        Arbitraries.<Object>of(
                                "",
                                " ",
                                "left",
                                "never",
                                "none",
                                "text",
                                "auto",
                                "org/model",
                                "low",
                                "<s>",
                                "\u0000",
                                "\ud83c\udf0d",
                                "{{ 1/0 }}",
                                "{% raw",
                                "1"));
        Arbitrary<Object> messages =
                Arbitraries.<Object>of(
                        List.of(Map.of("role", "assistant", "content", "a")),
                        List.of(Map.of("role", "user", "content", List.of())),
                        List.of(Map.of("role", "tool", "content", "x", "tool_call_id", 5)),
                        List.of(Map.of("role", "assistant", "tool_calls", List.of(Map.of()))),
                        Map.of("include_usage", true),
                        Map.of("type", "text"),
                        Map.of("5", 1, "511", -1000));
        Arbitrary<Object> nested =
                Arbitraries.oneOf(
                        scalars.list().ofMaxSize(4).map(l -> (Object) l),
                        scalars.list().ofMaxSize(3).list().ofMaxSize(3).map(l -> (Object) l),
                        messages);
        return Arbitraries.oneOf(scalars, scalars, nested).injectNull(0.05).list().ofSize(4);
    }
}
