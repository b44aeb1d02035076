package apus.openai.config;

import static apus.openai.config.Setting.many;
import static apus.openai.config.Setting.one;
import static apus.openai.config.Setting.toggle;

import apus.openai.config.Setting.Group;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** How the server listens, whom it lets in, and its limits. */
final class ServerSettings {
    private static final Group GROUP = Group.SERVER;
    private static final double DAY = 86_400;

    static final List<Setting> ALL =
            List.of(
                    one(
                            GROUP,
                            "host",
                            "ADDRESS",
                            "127.0.0.1",
                            "Address to listen on; beyond loopback a key is needed.",
                            (d, v) -> d.http.host(v.text())),
                    one(
                            GROUP,
                            "port",
                            "PORT",
                            "8000",
                            "Port to listen on; 0: any free one.",
                            (d, v) -> d.http.port(v.integer(0, 65535))),
                    many(
                                    GROUP,
                                    "api-key",
                                    "KEY",
                                    "(none)",
                                    "Key that clients must send; may be given again for more keys. Other users of the machine see flags, not environment variables.",
                                    (d, v) -> d.apiKeys.addAll(keys(v, v.listOfWhole())))
                            // The own name goes first: the other one is its alias.
                            .variable("API_KEY", "VLLM_API_KEY"),
                    many(
                            GROUP,
                            "api-keys",
                            "KEY,...",
                            "(none)",
                            "Keys, separated by commas.",
                            (d, v) -> d.apiKeys.addAll(keys(v, v.list()))),
                    one(
                            GROUP,
                            "api-key-file",
                            "FILE",
                            "(none)",
                            "File with a key per line, read again when it changes.",
                            (d, v) -> d.http.apiKeyFile(Optional.of(v.path()))),
                    toggle(
                            GROUP,
                            "allow-unauthenticated",
                            false,
                            "Whether to listen beyond loopback without a key.",
                            (d, v) -> d.http.allowUnauthenticated(v.flag())),
                    toggle(
                            GROUP,
                            "metrics-auth",
                            false,
                            "Whether /metrics needs a key.",
                            (d, v) -> d.http.metricsAuth(v.flag())),
                    many(
                            GROUP,
                            "allowed-origins",
                            "ORIGIN,...",
                            "(none with keys; http://localhost:*, http://127.0.0.1:* and http://[::1]:* without)",
                            "Web origins that browsers may call from; * allows all.",
                            (d, v) -> d.http.allowedOrigins(v.list())),
                    many(
                            GROUP,
                            "allowed-hosts",
                            "HOST,...",
                            "(none)",
                            "Host headers accepted beside localhost, 127.0.0.1 and [::1] when no key is set.",
                            (d, v) -> d.http.allowedHosts(v.list())),
                    one(
                            GROUP,
                            "runpod-endpoint-id",
                            "ID",
                            "(any)",
                            "The only id accepted in /v2/ID/openai/v1.",
                            (d, v) -> d.http.endpointId(Optional.of(endpointId(v)))),
                    one(
                            GROUP,
                            "max-body-bytes",
                            "BYTES",
                            "33554432",
                            "Largest request body.",
                            (d, v) -> d.http.maxBodyBytes(v.count(1024, 1L << 30))),
                    one(
                            GROUP,
                            "max-header-bytes",
                            "BYTES",
                            "16384",
                            "Largest sum of a request's header lines.",
                            (d, v) -> d.http.maxHeaderBytes((int) v.count(1024, 1 << 24))),
                    one(
                            GROUP,
                            "max-connections",
                            "N",
                            "1024",
                            "Open connections.",
                            (d, v) -> d.http.maxConnections(v.integer(1, 1 << 20))),
                    one(
                            GROUP,
                            "body-timeout-seconds",
                            "SECONDS",
                            "30",
                            "Longest wait for the next bytes of a request.",
                            (d, v) -> d.http.bodyTimeout(positive(v))),
                    one(
                            GROUP,
                            "idle-timeout-seconds",
                            "SECONDS",
                            "300",
                            "How long an unused connection stays open.",
                            (d, v) -> d.http.idleTimeout(positive(v))),
                    one(
                            GROUP,
                            "request-timeout",
                            "SECONDS",
                            "3600",
                            "Longest time one request may take.",
                            (d, v) -> d.http.requestTimeout(positive(v))),
                    one(
                            GROUP,
                            "sse-ping-seconds",
                            "SECONDS",
                            "15",
                            "Silence in a stream before a comment keeps the connection alive.",
                            (d, v) -> d.http.ssePing(positive(v))),
                    one(
                            GROUP,
                            "shutdown-grace-seconds",
                            "SECONDS",
                            "30",
                            "How long running requests may go on after a stop was asked for.",
                            ServerSettings::shutdownGrace),
                    toggle(
                            GROUP,
                            "enable-log-requests",
                            false,
                            "Whether each request is logged, without its text.",
                            (d, v) -> d.logRequests = v.flag()),
                    toggle(
                            GROUP,
                            "disable-log-requests",
                            false,
                            "true: no request is logged, whatever enable-log-requests says.",
                            (d, v) -> d.neverLogRequests = v.flag()));

    private ServerSettings() {}

    private static List<String> keys(Value value, List<String> keys) {
        for (String key : keys) {
            if (!key.chars().allMatch(c -> c > ' ' && c < 127)) {
                throw value.wrong("keys of visible ASCII characters");
            }
        }
        return keys;
    }

    private static String endpointId(Value value) {
        if (!value.text().matches("[A-Za-z0-9_-]{1,100}")) {
            throw value.wrong("an id of letters, digits, - and _");
        }
        return value.text();
    }

    private static Duration positive(Value value) {
        return value.seconds(0.001, 30 * DAY);
    }

    private static void shutdownGrace(Draft draft, Value value) {
        Duration grace = value.seconds(0, DAY);
        draft.http.shutdownGrace(grace);
        draft.engine.shutdownGrace(grace);
    }
}
