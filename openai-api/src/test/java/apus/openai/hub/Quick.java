package apus.openai.hub;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Patience for tests, and a progress that remembers. */
final class Quick implements Progress {
    static final Patience PATIENCE =
            new Patience(
                    3,
                    Duration.ofMillis(1),
                    Duration.ofMillis(5),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(20));

    final List<String> notes = new CopyOnWriteArrayList<>();
    final List<String> done = new CopyOnWriteArrayList<>();
    final List<String> positions = new CopyOnWriteArrayList<>();

    @Override
    public void start(String title, int files, long bytes) {}

    @Override
    public void file(String name, long size) {}

    @Override
    public void advance(String name, long position) {
        positions.add(name + " " + position);
    }

    @Override
    public void done(String name) {
        done.add(name);
    }

    @Override
    public void note(String line) {
        notes.add(line);
    }

    @Override
    public void end() {}
}
