package apus.openai.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A folder in the layout that the HuggingFace tools share, so what one of them fetched is there for
 * all:
 *
 * <pre>
 * models--ORG--NAME/blobs/HASH                         contents
 *                  /snapshots/COMMIT/config.json       link to ../../blobs/HASH
 *                  /refs/main                          the commit that main was last
 *                  /.no_exist/COMMIT/tokenizer.json    known not to be in the repository
 * .locks/models--ORG--NAME/HASH.lock                   held while HASH is fetched
 * </pre>
 *
 * <p>Source: huggingface.co/docs/hub/local-cache. Where links cannot be made, snapshots hold the
 * files themselves, and there are no blobs.
 */
public final class HubCache {
    private static final Pattern COMMIT = Pattern.compile("[0-9a-fA-F]{7,64}");
    private static final int MAX_REF_BYTES = 200;

    private final Path root;
    private final Linker linker;

    /** Makes a symbolic link, or fails. */
    @FunctionalInterface
    interface Linker {
        void link(Path link, Path target) throws IOException;
    }

    /** The folder need not exist. */
    public HubCache(Path root) {
        this(root, Files::createSymbolicLink);
    }

    HubCache(Path root, Linker linker) {
        this.root = root;
        this.linker = linker;
    }

    Path root() {
        return root;
    }

    private Path folder(Repository repository) {
        return root.resolve(repository.folder());
    }

    Path snapshot(Repository repository, String commit) {
        return folder(repository).resolve("snapshots").resolve(commit);
    }

    Path blob(Repository repository, ContentHash hash) {
        return folder(repository).resolve("blobs").resolve(hash.hex());
    }

    /**
     * What has come of a blob so far. Other tools call theirs HASH.incomplete and may append to it
     * without seeing this program's lock, since they lock by flock(2) and Java does not; hence a
     * name of its own.
     */
    Path partial(Repository repository, ContentHash hash) {
        return folder(repository).resolve("blobs").resolve(hash.hex() + ".apus.incomplete");
    }

    Path lock(Repository repository, ContentHash hash) {
        return root.resolve(".locks").resolve(repository.folder()).resolve(hash.hex() + ".lock");
    }

    private Path noExist(Repository repository, String commit, String name) {
        return folder(repository).resolve(".no_exist").resolve(commit).resolve(name);
    }

    /** The folder of a revision, as complete as it may be. */
    public Optional<Path> find(Repository repository, Revision revision) {
        Path snapshots = folder(repository).resolve("snapshots");
        Path named = snapshots.resolve(revision.text());
        if (Files.isDirectory(named)) {
            return Optional.of(named);
        }
        return commit(folder(repository).resolve("refs").resolve(revision.text()))
                .map(snapshots::resolve)
                .filter(Files::isDirectory);
    }

    private static Optional<String> commit(Path ref) {
        if (!Files.isRegularFile(ref)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(ref)) {
            String text =
                    new String(in.readNBytes(MAX_REF_BYTES), StandardCharsets.US_ASCII).strip();
            return COMMIT.matcher(text).matches() ? Optional.of(text) : Optional.empty();
        } catch (IOException e) {
            throw new HubException(ref + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** The folder of a revision, if everything that the purpose needs is in it. */
    public Optional<Path> complete(Repository repository, Revision revision, Needs needs) {
        return find(repository, revision)
                .filter(snapshot -> missing(repository, snapshot, needs).isEmpty());
    }

    /**
     * What a snapshot lacks. A download that was cut off leaves such a one, and so does a tool that
     * fetched only the tokenizer. That a file is known not to be in the repository counts as having
     * it.
     */
    public List<String> missing(Repository repository, Path snapshot, Needs needs) {
        List<String> missing = new ArrayList<>();
        String commit = snapshot.getFileName().toString();
        if (!has(snapshot, NeededFiles.TOKENIZER)
                && !Files.exists(noExist(repository, commit, NeededFiles.TOKENIZER))) {
            missing.add(NeededFiles.TOKENIZER);
        }
        if (needs == Needs.MODEL) {
            if (!has(snapshot, NeededFiles.CONFIG)) {
                missing.add(NeededFiles.CONFIG);
            }
            if (has(snapshot, NeededFiles.WEIGHTS)) {
                return missing;
            }
            if (!has(snapshot, ShardIndex.NAME)) {
                missing.add(NeededFiles.WEIGHTS);
                return missing;
            }
            ShardIndex.shards(snapshot.resolve(ShardIndex.NAME)).stream()
                    .filter(shard -> !has(snapshot, shard))
                    .forEach(missing::add);
        }
        return missing;
    }

    /** Whether a file is there; a link to nothing does not count. */
    static boolean has(Path snapshot, String name) {
        return Files.isRegularFile(snapshot.resolve(name));
    }

    /** Puts a complete blob into a snapshot: as a link, or where that is impossible, itself. */
    void link(Repository repository, String commit, RemoteFile file) throws IOException {
        Path link = snapshot(repository, commit).resolve(file.name());
        Path blob = blob(repository, file.hash());
        Files.createDirectories(link.getParent());
        Files.deleteIfExists(link);
        try {
            linker.link(link, link.getParent().relativize(blob));
        } catch (FileAlreadyExistsException e) {
            // Another process came first, with a link to the same content.
        } catch (IOException | UnsupportedOperationException e) {
            Files.move(blob, link, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Records what a branch or tag is now. */
    void setRef(Repository repository, Revision revision, String commit) throws IOException {
        if (!revision.isCommit()) {
            Path ref = folder(repository).resolve("refs").resolve(revision.text());
            Files.createDirectories(ref.getParent());
            Path fresh = Files.createTempFile(ref.getParent(), ".ref", ".tmp");
            Files.writeString(fresh, commit);
            Files.move(
                    fresh,
                    ref,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Records that a commit has no such file. */
    void setMissing(Repository repository, String commit, String name) throws IOException {
        Path marker = noExist(repository, commit, name);
        Files.createDirectories(marker.getParent());
        if (!Files.exists(marker)) {
            Files.createFile(marker);
        }
    }
}
