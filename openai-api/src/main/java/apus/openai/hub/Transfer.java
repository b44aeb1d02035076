package apus.openai.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One file's bytes on their way into its partial file, which only ever holds a beginning of the
 * file: whenever this ends, the next one can go on from there. For one thread.
 */
final class Transfer implements AutoCloseable {
    private static final Pattern CONTENT_RANGE =
            Pattern.compile("bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18}|\\*)");
    private static final int BUFFER_BYTES = 1 << 18;

    private final HubConnection connection;
    private final Refusals refusals;
    private final Progress progress;
    private final URI uri;
    private final RemoteFile file;
    private final String what;
    private final Path partial;
    private final FileChannel channel;
    private final byte[] buffer = new byte[BUFFER_BYTES];

    private MessageDigest digest;
    private long have;

    /**
     * Whether the bytes so far came by more than one answer, so that they may not belong together.
     */
    private boolean patched;

    /** The strong ETag of the last answer with content, and whose it was. */
    private Optional<Validator> validator = Optional.empty();

    private record Validator(Origin origin, String etag) {}

    Transfer(
            HubConnection connection,
            Refusals refusals,
            Progress progress,
            URI uri,
            RemoteFile file,
            String what,
            Path partial)
            throws IOException {
        this.connection = connection;
        this.refusals = refusals;
        this.progress = progress;
        this.uri = uri;
        this.file = file;
        this.what = what;
        this.partial = partial;
        Files.createDirectories(partial.getParent());
        channel =
                FileChannel.open(
                        partial,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        digest = file.hash().start(file.size());
    }

    /**
     * Fetches what is missing and checks the whole. Afterwards the partial file is the file.
     *
     * @throws HubException if it cannot be had, or is not what it should be
     */
    void run(Retry retry) throws IOException {
        takeUp();
        for (int round = 0; ; round++) {
            retry.run(what, () -> have, this::attempt);
            if (file.hash().matches(digest)) {
                channel.force(true);
                return;
            }
            boolean again = patched && round == 0;
            restart();
            if (!again) {
                throw discarded(
                        "what came does not match its checksum "
                                + file.hash().hex()
                                + "; something between here and the hub changes files, or the hub's copy is damaged");
            }
            // The first part may be from another day, or the parts from different mirrors.
            progress.note(what + ": does not match its checksum after resuming; fetched anew");
        }
    }

    /** Goes on from an earlier run's bytes. Any failure here is the disk's. */
    private void takeUp() throws IOException {
        if (channel.size() > file.size()) {
            channel.truncate(0);
        }
        ByteBuffer bytes = ByteBuffer.wrap(buffer);
        while (channel.read(bytes.clear()) > 0) {
            digest.update(bytes.flip());
            have += bytes.limit();
            progress.advance(file.name(), have);
        }
        patched = have > 0;
    }

    private Void attempt() throws IOException, InterruptedException {
        if (have == file.size()) {
            return null;
        }
        long from = have;
        try (Answer answer = connection.get(uri, origin -> range(origin, from))) {
            if (answer.status() == 416 && from > 0) {
                restart();
                throw new TransientFailure(
                        Origin.of(answer.uri()) + " answers 416 to a range from byte " + from,
                        Duration.ZERO);
            }
            refusals.check(answer, what);
            if (answer.status() == 206) {
                checkRange(answer, from);
                checkLength(answer, file.size() - from);
                patched |= from > 0;
            } else {
                checkLength(answer, file.size());
                if (from > 0) {
                    // The whole again: the hub knows no ranges, or the file is another by now.
                    restart();
                }
            }
            remember(answer);
            copy(answer.body());
        }
        return null;
    }

    /** If-Range goes to no one but who gave the ETag: two hosts name the same bytes differently. */
    private Map<String, String> range(Origin origin, long from) {
        if (from == 0) {
            return Map.of();
        }
        String range = "bytes=" + from + "-";
        return validator
                .filter(v -> v.origin().equals(origin))
                .map(v -> Map.of("Range", range, "If-Range", v.etag()))
                .orElse(Map.of("Range", range));
    }

    private void remember(Answer answer) {
        validator =
                answer.header("ETag")
                        .filter(etag -> etag.startsWith("\"") && etag.endsWith("\""))
                        .map(etag -> new Validator(Origin.of(answer.uri()), etag));
    }

    private void checkRange(Answer answer, long from) {
        String range = answer.header("Content-Range").orElse("");
        Matcher matcher = CONTENT_RANGE.matcher(range);
        boolean right =
                matcher.matches()
                        && Long.parseLong(matcher.group(1)) == from
                        && (matcher.group(2).equals("*")
                                || Long.parseLong(matcher.group(2)) == file.size());
        if (!right) {
            throw new HubException(
                    what
                            + ": "
                            + Origin.of(answer.uri())
                            + " was asked for bytes from "
                            + from
                            + " of "
                            + file.size()
                            + " and sends "
                            + answer.shown("Content-Range").orElse("a part without saying which"));
        }
    }

    /** Before anything is thrown away: what answers may be a log-in page of the network. */
    private void checkLength(Answer answer, long wanted) {
        OptionalLong length = answer.number("Content-Length");
        if (length.isPresent() && length.getAsLong() != wanted) {
            throw new HubException(
                    what
                            + ": "
                            + Origin.of(answer.uri())
                            + " sends "
                            + length.getAsLong()
                            + " bytes where "
                            + wanted
                            + " are missing of "
                            + file.size());
        }
    }

    private void copy(InputStream body) throws IOException {
        int n;
        while ((n = body.read(buffer)) >= 0) {
            if (n > file.size() - have) {
                throw discarded("more than the promised " + file.size() + " bytes come");
            }
            write(n);
            digest.update(buffer, 0, n);
            have += n;
            progress.advance(file.name(), have);
        }
        if (have < file.size()) {
            throw new TransientFailure(
                    "the connection ended after " + have + " of " + file.size() + " bytes",
                    Duration.ZERO);
        }
    }

    private void write(int n) throws IOException {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, n);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            // Not the network's fault: trying again does not help.
            throw new HubException(partial + ": cannot be written: " + e.getMessage(), e);
        }
    }

    private void restart() throws IOException {
        channel.truncate(0);
        channel.position(0);
        digest = file.hash().start(file.size());
        have = 0;
        patched = false;
        validator = Optional.empty();
        progress.advance(file.name(), 0);
    }

    /** A failure after which the bytes so far are worth nothing. */
    private HubException discarded(String why) {
        HubException failure = new HubException(what + ": " + why + "; nothing of it is kept");
        try {
            Files.deleteIfExists(partial);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            if (have == 0 && file.size() > 0) {
                Files.deleteIfExists(partial);
            }
        }
    }
}
