package apus.openai.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** HTTP as it is on the wire, so that a test can do what a proper client never would. */
final class RawClient implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    /** A response whose body has been read to its end. */
    record Reply(int status, Map<String, String> headers, String body) {
        JsonNode json() {
            try {
                return new ObjectMapper().readTree(body);
            } catch (IOException e) {
                throw new AssertionError("not JSON: " + body, e);
            }
        }

        String header(String name) {
            return headers.getOrDefault(name, "");
        }

        /** {@code error.code}, after a look at the shape that every error has. */
        String code() {
            JsonNode error = json().get("error");
            for (String key : new String[] {"message", "type", "param", "code"}) {
                if (!error.has(key)) {
                    throw new AssertionError("no " + key + " in " + body);
                }
            }
            if (!header("content-type").equals("application/json")) {
                throw new AssertionError("content type " + header("content-type"));
            }
            return error.get("code").asText();
        }
    }

    private final Socket socket;
    private final InputStream in;

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    static RawClient connect(ApiServer server) throws IOException {
        Socket socket =
                new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), server.port());
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        return new RawClient(socket);
    }

    /** One request on a connection of its own. */
    static Reply get(ApiServer server, String path, String... headers) throws IOException {
        try (RawClient client = connect(server)) {
            return client.send("GET", path, "", headers).reply();
        }
    }

    static Reply post(ApiServer server, String path, String body, String... headers)
            throws IOException {
        try (RawClient client = connect(server)) {
            return client.send("POST", path, body, headers).reply();
        }
    }

    static Reply request(ApiServer server, String method, String path, String... headers)
            throws IOException {
        try (RawClient client = connect(server)) {
            client.send(method, path, "", headers);
            return method.equals("HEAD") ? client.head() : client.reply();
        }
    }

    /** Sends a whole request; a Host among the headers replaces the proper one. */
    RawClient send(String method, String path, String body, String... headers) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
        boolean host = false;
        for (String header : headers) {
            head.append(header).append("\r\n");
            host |= header.startsWith("Host:");
        }
        if (!host) {
            head.append("Host: localhost\r\n");
        }
        if (bytes.length > 0) {
            head.append("Content-Length: ").append(bytes.length).append("\r\n");
        }
        head.append("\r\n");
        raw(head.toString().getBytes(StandardCharsets.UTF_8));
        return raw(bytes);
    }

    RawClient raw(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    RawClient raw(String text) throws IOException {
        return raw(text.getBytes(StandardCharsets.UTF_8));
    }

    Reply reply() throws IOException {
        Reply head = head();
        if (head.status() == 204) {
            return head;
        }
        byte[] body;
        if (head.header("transfer-encoding").equals("chunked")) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (byte[] chunk = chunk(); chunk.length > 0; chunk = chunk()) {
                all.writeBytes(chunk);
            }
            body = all.toByteArray();
        } else {
            body = bytes(Integer.parseInt(head.header("content-length")));
        }
        return new Reply(head.status(), head.headers(), new String(body, StandardCharsets.UTF_8));
    }

    /** Status and headers; the body stays to be read. */
    Reply head() throws IOException {
        String[] status = line().split(" ", 3);
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return new Reply(Integer.parseInt(status[1]), headers, "");
    }

    /** One chunk of a chunked body; empty = the last. */
    byte[] chunk() throws IOException {
        byte[] data = bytes(Integer.parseInt(line(), 16));
        line();
        return data;
    }

    /** Whether the server has closed, with nothing more to read. */
    boolean ended() throws IOException {
        try {
            return in.read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (java.net.SocketException e) {
            return true;
        }
    }

    void halfClose() throws IOException {
        socket.shutdownOutput();
    }

    /** Closes with a reset, as an operating system does for a process that died. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Closes in mid-test. */
    void leave() throws IOException {
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("closed after '" + line + "'");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    private byte[] bytes(int n) throws IOException {
        byte[] bytes = in.readNBytes(n);
        if (bytes.length < n) {
            throw new EOFException(bytes.length + " of " + n + " bytes");
        }
        return bytes;
    }
}
