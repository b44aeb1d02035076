package apus.openai.http;

import io.helidon.webserver.http.Handler;
import java.util.List;

/**
 * One path of the API.
 *
 * @param path as it is after prefixes; ends with <code>/{id}</code> if the rest of the path is an
 *     argument, slashes included
 * @param methods allowed ones; GET brings HEAD; empty = any
 * @param access who may use it
 * @param json whether its body, if it has a type, must be JSON
 * @param handler answers
 */
record Route(String path, List<String> methods, Access access, boolean json, Handler handler) {
    /** Who may use a route. There is no default: each route says it. */
    enum Access {
        PUBLIC,
        KEY
    }

    static final String ARGUMENT = "/{id}";

    boolean allows(String method) {
        return methods.isEmpty()
                || methods.contains(method)
                || (method.equals("HEAD") && methods.contains("GET"));
    }

    /** Value of an Allow header. */
    String allow() {
        String all = String.join(", ", methods);
        return methods.contains("GET") ? all + ", HEAD" : all;
    }
}
