package apus.openai.generate;

import apus.openai.ApiException;
import apus.openai.ApiSettings;
import apus.openai.HttpSettings;
import apus.openai.ServedModel;
import apus.openai.http.ClientGoneException;
import apus.openai.http.ClientWatch;
import apus.openai.http.ErrorMapper;
import apus.openai.http.EventStream;
import apus.openai.http.JsonAnswer;
import apus.openai.http.JsonBody;
import apus.openai.http.RequestIds;
import apus.runtime.Engine;
import apus.runtime.Generation;
import apus.runtime.Request;
import apus.runtime.Result;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The two routes that generate. A request passes through here from top to bottom: read, check,
 * submit, and answer in one piece or as a stream. Each runs on the virtual thread of its
 * connection.
 */
public final class GenerationRoutes {
    private static final HeaderName REQUEST_ID = HeaderNames.create("x-request-id");

    private final ServedModel model;
    private final HttpSettings http;
    private final JobReader jobs;
    private final IgnoredFields ignored = new IgnoredFields();

    /**
     * @throws apus.runtime.RequestException if a configured default is not one
     */
    public GenerationRoutes(ServedModel model, HttpSettings http, ApiSettings api) {
        this.model = model;
        this.http = http;
        this.jobs = new JobReader(api);
    }

    /** POST /v1/chat/completions. */
    public void chat(ServerRequest request, ServerResponse response) {
        answer(Endpoint.CHAT, request, response);
    }

    /** POST /v1/completions. */
    public void completion(ServerRequest request, ServerResponse response) {
        answer(Endpoint.COMPLETION, request, response);
    }

    private void answer(Endpoint endpoint, ServerRequest request, ServerResponse response) {
        ObjectNode body = JsonBody.read(request, http);
        Engine engine = model.engine();
        Params params = jobs.params(endpoint, body, engine);
        JsonAnswer.ignored(response, params.unknown());
        ignored.log(RequestIds.stem(request), params.unknown());
        params.find(OutputParams.REQUEST_ID)
                .filter(id -> RequestIds.wellFormed(id) && !request.headers().contains(REQUEST_ID))
                .ifPresent(id -> RequestIds.replace(request, response, id));
        Job job = jobs.job(params, engine, RequestIds.stem(request));

        try (Answers answers = new Answers(submit(engine, job.requests()));
                ClientWatch watch = ClientWatch.watch(request, answers::cancel)) {
            if (params.get(OutputParams.STREAM)) {
                stream(job, answers, watch, EventStream.open(request, response, http));
            } else {
                List<Result> results = answers.results();
                watch.check();
                JsonAnswer.send(request, response, new WholeAnswer(job).of(results));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw stopped();
        }
    }

    /** All prompts or none. */
    private static List<Generation> submit(Engine engine, List<Request> requests) {
        List<Generation> started = new ArrayList<>(requests.size());
        try {
            for (Request request : requests) {
                started.add(engine.submit(request));
            }
            return started;
        } catch (RuntimeException e) {
            started.forEach(Generation::close);
            throw e;
        }
    }

    private static void stream(Job job, Answers answers, ClientWatch watch, EventStream events) {
        try (events) {
            try {
                new StreamedAnswer(job, events::data).send(answers);
            } catch (ApiException e) {
                events.error(causeOf(watch, e));
                return;
            } catch (ClientGoneException e) {
                throw e; // nobody to tell
            } catch (RuntimeException e) {
                events.error(ErrorMapper.map(e));
                return;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                events.error(stopped());
                return;
            }
            events.done();
        }
    }

    /** A choice that was cancelled does not know why; the watch does. */
    private static ApiException causeOf(ClientWatch watch, ApiException e) {
        try {
            watch.check();
            return e;
        } catch (ApiException cause) {
            return cause;
        }
    }

    private static ApiException stopped() {
        return ApiException.later(
                503,
                "server_error",
                "shutting_down",
                "The server is shutting down.",
                Duration.ofSeconds(5));
    }
}
