package apus.openai.hub;

import apus.openai.hub.FakeServer.Request;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A hub with one repository, org/name, that follows the documented protocol: large files (here,
 * weights) have a SHA-256 in {@code X-Linked-Etag} and lie at another host, a CDN, that must see no
 * token; small ones have git's SHA-1 as ETag and are sent at once. A test bends single answers.
 */
public final class FakeHub implements AutoCloseable {
    public static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    static final Repository REPOSITORY = new Repository("org", "name");

    private static final List<String> REVISIONS = List.of("main", "v1.0", COMMIT);
    private static final Pattern RESOLVE = Pattern.compile("/org/name/resolve/([^/]+)/(.+)");

    private final Map<String, byte[]> files = new TreeMap<>();
    private final FakeServer cdn = new FakeServer(this::cdn);
    private final FakeServer server = new FakeServer(this::hub);
    private volatile Bend atHub = (request, reply) -> reply;
    private volatile Bend atCdn = (request, reply) -> reply;

    /** Changes an honest answer. */
    @FunctionalInterface
    interface Bend {
        Reply apply(Request request, Reply honest);
    }

    /** The files of a folder of testdata/models, and what it must not fetch. */
    public static FakeHub of(String model) {
        FakeHub hub = new FakeHub();
        Path folder = Path.of(System.getProperty("apus.testdata"), "models", model);
        try (Stream<Path> paths = Files.list(folder)) {
            for (Path path : paths.toList()) {
                String name = path.getFileName().toString();
                if (!name.equals("golden.json")) {
                    hub.put(name, Files.readAllBytes(path));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (String unneeded :
                List.of(
                        ".gitattributes",
                        "README.md",
                        "pytorch_model.bin",
                        "model.gguf",
                        "consolidated.safetensors",
                        "original/consolidated.00.pth",
                        "original/tokenizer.json",
                        "onnx/model.onnx")) {
            hub.put(unneeded, unneeded.getBytes(StandardCharsets.UTF_8));
        }
        return hub;
    }

    public void put(String name, byte[] bytes) {
        files.put(name, bytes);
    }

    byte[] get(String name) {
        return files.get(name);
    }

    void remove(String name) {
        files.remove(name);
    }

    void bendHub(Bend bend) {
        atHub = bend;
    }

    void bendCdn(Bend bend) {
        atCdn = bend;
    }

    /** As {@link #bendHub}, for one file or the listing ("api"). */
    void bend(String name, UnaryOperator<Reply> bend) {
        bendHub((request, reply) -> request.path().contains(name) ? bend.apply(reply) : reply);
    }

    public String address() {
        return server.address();
    }

    public List<Request> requests() {
        return server.requests();
    }

    List<Request> cdnRequests() {
        return cdn.requests();
    }

    /** Options for it with little patience. */
    HubOptions options(Path cache) {
        return new HubOptions(
                URI.create(address()),
                Optional.empty(),
                cache,
                false,
                HubOptions.CONNECTIONS,
                Quick.PATIENCE);
    }

    private Reply hub(Request request) {
        return atHub.apply(request, honest(request));
    }

    private Reply honest(Request request) {
        if (request.path().startsWith("/api/models/org/name/revision/")) {
            return listing(request.path().substring("/api/models/org/name/revision/".length()));
        }
        Matcher file = RESOLVE.matcher(request.path());
        String name = file.matches() && REVISIONS.contains(file.group(1)) ? file.group(2) : "";
        if (!files.containsKey(name)) {
            return Reply.of(404).with("X-Error-Code", "EntryNotFound");
        }
        byte[] bytes = files.get(name);
        if (name.endsWith(".safetensors")) {
            return Reply.of(302)
                    .with("X-Repo-Commit", COMMIT)
                    .with("X-Linked-Etag", '"' + sha256(bytes) + '"')
                    .with("X-Linked-Size", Integer.toString(bytes.length))
                    .with("Location", cdn.address() + "/blobs/" + name + "?signature=abc");
        }
        return content(request, bytes, gitSha1(bytes)).with("X-Repo-Commit", COMMIT);
    }

    private Reply listing(String revision) {
        if (!REVISIONS.contains(revision)) {
            return Reply.of(404).with("X-Error-Code", "RevisionNotFound");
        }
        String siblings =
                files.keySet().stream()
                        .map(name -> "{\"rfilename\": \"" + name.replace("\\", "\\\\") + "\"}")
                        .collect(Collectors.joining(", "));
        String json =
                "{\"id\": \"org/name\", \"sha\": \"%s\", \"siblings\": [%s]}"
                        .formatted(COMMIT, siblings);
        return Reply.ok(json.getBytes(StandardCharsets.UTF_8));
    }

    private Reply cdn(Request request) {
        String name = request.path().replaceAll("^/blobs/|\\?.*$", "");
        // A CDN has ETags of its own.
        return atCdn.apply(request, content(request, files.get(name), "cdn-" + name));
    }

    private static Reply content(Request request, byte[] bytes, String etag) {
        Reply whole = Reply.ok(bytes).with("ETag", '"' + etag + '"');
        String range = request.header("Range");
        String condition = request.header("If-Range");
        if (range.isEmpty() || !(condition.isEmpty() || condition.equals('"' + etag + '"'))) {
            return whole;
        }
        int from = Integer.parseInt(range.replaceAll("[^0-9]", ""));
        if (from >= bytes.length) {
            return Reply.of(416).with("Content-Range", "bytes */" + bytes.length);
        }
        return Reply.of(206)
                .body(Arrays.copyOfRange(bytes, from, bytes.length))
                .with("ETag", '"' + etag + '"')
                .with(
                        "Content-Range",
                        "bytes %d-%d/%d".formatted(from, bytes.length - 1, bytes.length));
    }

    static String sha256(byte[] bytes) {
        return hex("SHA-256", bytes);
    }

    static String gitSha1(byte[] bytes) {
        byte[] head = ("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII);
        byte[] all = Arrays.copyOf(head, head.length + bytes.length);
        System.arraycopy(bytes, 0, all, head.length, bytes.length);
        return hex("SHA-1", all);
    }

    private static String hex(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        cdn.close();
    }
}
