package apus.openai.hub;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** How far a download is, and how fast. Not thread-safe. */
final class Meter {
    /** Long enough to smooth over retries, short enough to show that a line has become slow. */
    private static final long WINDOW_NANOS = 10_000_000_000L;

    private static final long SAMPLE_NANOS = 250_000_000L;

    /** A file under way. */
    record Part(String name, long size, long position) {}

    private record Sample(long nanos, long position) {}

    private final Map<String, Part> parts = new LinkedHashMap<>();
    private final Deque<Sample> samples = new ArrayDeque<>();
    private int files;
    private int filesDone;
    private long bytes;
    private long bytesDone;
    private long underWay;

    /** Forgets what came before. */
    void start(int files, long bytes) {
        this.files = files;
        this.bytes = bytes;
        filesDone = 0;
        bytesDone = 0;
    }

    void file(String name, long size) {
        parts.put(name, new Part(name, size, 0));
    }

    void advance(String name, long position) {
        Part part = parts.get(name);
        if (part != null) {
            underWay += position - part.position();
            parts.put(name, new Part(name, part.size(), position));
        }
    }

    /**
     * @return the file's size
     */
    long done(String name) {
        Part part = parts.remove(name);
        if (part == null) {
            return 0;
        }
        filesDone++;
        underWay -= part.position();
        bytesDone += part.size();
        return part.size();
    }

    List<Part> parts() {
        return new ArrayList<>(parts.values());
    }

    int files() {
        return files;
    }

    int filesDone() {
        return filesDone;
    }

    long bytes() {
        return bytes;
    }

    long position() {
        return bytesDone + underWay;
    }

    /** Bytes per second over the last while; to be called now and then. Nothing at first. */
    OptionalLong rate(long nanos) {
        if (samples.isEmpty() || nanos - samples.getLast().nanos() >= SAMPLE_NANOS) {
            samples.addLast(new Sample(nanos, position()));
        }
        while (samples.size() > 2 && nanos - samples.getFirst().nanos() > WINDOW_NANOS) {
            samples.removeFirst();
        }
        long passed = nanos - samples.getFirst().nanos();
        long came = position() - samples.getFirst().position();
        return passed < SAMPLE_NANOS || came <= 0
                ? OptionalLong.empty()
                : OptionalLong.of((long) (came / (passed / 1e9)));
    }

    /** {@code 85.3 MiB/s, 1:52}, the time being what is left; empty while nobody knows. */
    String pace(long nanos) {
        OptionalLong rate = rate(nanos);
        if (rate.isEmpty() || rate.getAsLong() == 0) {
            return "";
        }
        long seconds = (bytes - position()) / rate.getAsLong();
        return ByteCount.text(rate.getAsLong()) + "/s, " + clock(seconds);
    }

    private static String clock(long seconds) {
        return seconds >= 3600
                ? "%d:%02d:%02d".formatted(seconds / 3600, seconds / 60 % 60, seconds % 60)
                : "%d:%02d".formatted(seconds / 60, seconds % 60);
    }
}
