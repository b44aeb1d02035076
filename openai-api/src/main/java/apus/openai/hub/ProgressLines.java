package apus.openai.hub;

import java.io.PrintStream;
import java.util.function.LongSupplier;

/** Progress for logs: a line per file, and one now and then for all. Thread-safe. */
public final class ProgressLines implements Progress {
    private static final long EVERY_NANOS = 10_000_000_000L;

    private final PrintStream out;
    private final LongSupplier nanos;
    private final Meter meter = new Meter();
    private long said;

    public ProgressLines(PrintStream out) {
        this(out, System::nanoTime);
    }

    ProgressLines(PrintStream out, LongSupplier nanos) {
        this.out = out;
        this.nanos = nanos;
    }

    @Override
    public synchronized void start(String title, int files, long bytes) {
        meter.start(files, bytes);
        meter.rate(nanos.getAsLong());
        said = nanos.getAsLong();
        line(
                "fetches %d %s, %s: %s"
                        .formatted(
                                files,
                                files == 1 ? "file" : "files",
                                ByteCount.text(bytes),
                                title));
    }

    @Override
    public synchronized void file(String name, long size) {
        meter.file(name, size);
    }

    @Override
    public synchronized void advance(String name, long position) {
        meter.advance(name, position);
        long now = nanos.getAsLong();
        if (meter.files() > 0 && now - said >= EVERY_NANOS) {
            said = now;
            String pace = meter.pace(now);
            line(
                    "%s of %s%s"
                            .formatted(
                                    ByteCount.text(meter.position()),
                                    ByteCount.text(meter.bytes()),
                                    pace.isEmpty() ? "" : ", " + pace + " left"));
        }
    }

    @Override
    public synchronized void done(String name) {
        long size = meter.done(name);
        if (meter.files() > 0) {
            line(
                    "%s, %s (%d of %d)"
                            .formatted(
                                    name, ByteCount.text(size), meter.filesDone(), meter.files()));
        }
    }

    @Override
    public synchronized void note(String line) {
        line(line);
    }

    private void line(String text) {
        out.println("apus: " + text);
    }

    @Override
    public void end() {}
}
