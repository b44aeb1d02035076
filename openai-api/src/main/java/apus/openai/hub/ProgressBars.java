package apus.openai.hub;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Progress for a terminal: a bar per file under way and one for all, redrawn in place at the
 * bottom; what is done scrolls away above. Only two control sequences are used, cursor up and erase
 * line (ECMA-48), which every terminal of today knows. Thread-safe.
 */
public final class ProgressBars implements Progress {
    private static final Duration FRAME = Duration.ofMillis(100);
    private static final String UP_AND_ERASE = "\033[1A\r\033[2K";

    /** A line that wrapped would count as two for the cursor; 80 columns are nearly certain. */
    private static final int WIDTH = 79;

    private static final int NAME_WIDTH = 32;
    private static final int BAR_WIDTH = 14;

    private final PrintStream out;
    private final LongSupplier nanos;
    private final Meter meter = new Meter();
    private final Thread frames;
    private int drawn;
    private boolean started;

    public ProgressBars(PrintStream out) {
        this(out, System::nanoTime, FRAME);
    }

    ProgressBars(PrintStream out, LongSupplier nanos, Duration frame) {
        this.out = out;
        this.nanos = nanos;
        this.frames =
                Thread.ofPlatform().daemon().name("apus-hub-progress").unstarted(() -> run(frame));
    }

    private void run(Duration frame) {
        try {
            while (true) {
                Thread.sleep(frame);
                draw();
            }
        } catch (InterruptedException e) {
            // ended
        }
    }

    @Override
    public synchronized void start(String title, int files, long bytes) {
        meter.start(files, bytes);
        started = true;
        print("apus: " + title);
        frames.start();
    }

    @Override
    public synchronized void file(String name, long size) {
        meter.file(name, size);
    }

    @Override
    public synchronized void advance(String name, long position) {
        meter.advance(name, position);
    }

    @Override
    public synchronized void done(String name) {
        long size = meter.done(name);
        if (started) {
            print("  %s %10s  done".formatted(fit(name), ByteCount.text(size)));
        }
    }

    @Override
    public synchronized void note(String line) {
        print("apus: " + line);
    }

    @Override
    public synchronized void end() {
        frames.interrupt();
        draw();
        drawn = 0;
        started = false;
    }

    /** A line that stays, above the bars. */
    private void print(String line) {
        out.print(erased() + line + "\n");
        out.flush();
        drawn = 0;
        draw();
    }

    /** The bars as they are now. */
    synchronized void draw() {
        if (!started) {
            return;
        }
        StringBuilder text = new StringBuilder(erased());
        List<Meter.Part> parts = meter.parts();
        for (Meter.Part part : parts) {
            text.append(
                            line(
                                    fit(part.name()),
                                    part.position(),
                                    part.size(),
                                    ByteCount.text(part.size())))
                    .append('\n');
        }
        text.append(
                        line(
                                fit("%d of %d files".formatted(meter.filesDone(), meter.files())),
                                meter.position(),
                                meter.bytes(),
                                meter.pace(nanos.getAsLong())))
                .append('\n');
        drawn = parts.size() + 1;
        out.print(text);
        out.flush();
    }

    /** Erases the bars and leaves the cursor where the first one was. */
    private String erased() {
        return UP_AND_ERASE.repeat(drawn);
    }

    private static String line(String name, long position, long size, String rest) {
        double share = size == 0 ? 1 : Math.clamp(position / (double) size, 0, 1);
        int full = (int) (share * BAR_WIDTH);
        String line =
                "  %s [%s%s] %3d%% %s"
                        .formatted(
                                name,
                                "#".repeat(full),
                                ".".repeat(BAR_WIDTH - full),
                                (int) (share * 100),
                                rest);
        return line.length() > WIDTH ? line.substring(0, WIDTH) : line;
    }

    /** The end of a name tells more than its beginning: which shard it is. */
    private static String fit(String name) {
        return name.length() <= NAME_WIDTH
                ? String.format(Locale.ROOT, "%-" + NAME_WIDTH + "s", name)
                : "..." + name.substring(name.length() - NAME_WIDTH + 3);
    }
}
