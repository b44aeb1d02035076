package apus.openai.http;

import apus.openai.ServedModel;
import apus.openai.Version;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/** Whether the server can work, for people and for load balancers. */
final class HealthRoutes {
    private static final Status LOADING = Status.NO_CONTENT_204;

    private final ServedModel model;

    HealthRoutes(ServedModel model) {
        this.model = model;
    }

    /** 200 when ready, else the error that a request would get. */
    void health(ServerRequest request, ServerResponse response) {
        var _ = model.engine();
        JsonAnswer.send(
                request, response, JsonNodeFactory.instance.objectNode().put("status", "ok"));
    }

    /** The same for RunPod's load balancer, which takes 204 for "wait". */
    void ping(ServerRequest request, ServerResponse response) {
        if (model.status() == ServedModel.Status.LOADING) {
            response.status(LOADING).send();
        } else {
            health(request, response);
        }
    }

    void version(ServerRequest request, ServerResponse response) {
        JsonAnswer.send(
                request,
                response,
                JsonNodeFactory.instance.objectNode().put("version", Version.TEXT));
    }
}
