package apus.openai.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;

/** One repository on its way into the cache. */
final class Pull {
    /** Beyond any tokenizer; only weights are larger. */
    private static final long MAX_TEXT_BYTES = 256L << 20;

    private final HubCache cache;
    private final Progress progress;
    private final DiskSpace space;
    private final HubConnection connection;
    private final Crew crew;
    private final Repository repository;
    private final Revision revision;
    private final Addresses addresses;
    private final Refusals refusals;
    private final Retry retry;

    Pull(
            HubOptions options,
            HubCache cache,
            Progress progress,
            DiskSpace space,
            HubConnection connection,
            Crew crew,
            Repository repository,
            Revision revision) {
        this.cache = cache;
        this.progress = progress;
        this.space = space;
        this.connection = connection;
        this.crew = crew;
        this.repository = repository;
        this.revision = revision;
        this.addresses = new Addresses(options.endpoint());
        this.refusals = new Refusals(repository, revision, addresses, options.token());
        this.retry = new Retry(options.patience());
    }

    /**
     * Fetches what is not there yet.
     *
     * @return the snapshot's folder
     */
    Path run(Needs needs) throws IOException {
        Listing listing = retry.run(repository.id(), this::list);
        String commit = listing.commit();
        if (revision.isCommit() && !commit.equals(revision.text())) {
            throw new HubException(
                    repository + ": was asked for commit " + revision + " and shows " + commit);
        }
        Path snapshot = cache.snapshot(repository, commit);
        List<String> names = new ArrayList<>(NeededFiles.small(repository, listing.names(), needs));
        if (names.contains(ShardIndex.NAME)) {
            names.addAll(shards(listing, snapshot));
        } else if (needs == Needs.MODEL) {
            names.add(NeededFiles.WEIGHTS);
        }
        List<RemoteFile> files = describe(missing(names, snapshot), commit);
        if (!files.isEmpty()) {
            checkSpace(files);
            progress.start(
                    repository
                            + " at "
                            + revision
                            + " ("
                            + commit.substring(0, 8)
                            + ") to "
                            + snapshot,
                    files.size(),
                    files.stream().mapToLong(RemoteFile::size).sum());
            fetch(files, commit);
        }
        if (!listing.names().contains(NeededFiles.TOKENIZER)) {
            cache.setMissing(repository, commit, NeededFiles.TOKENIZER);
            progress.note(
                    repository
                            + " has no tokenizer.json; name a model that has it with --tokenizer");
        }
        // Last, so that a name in refs/ means a snapshot that is complete.
        cache.setRef(repository, revision, commit);
        return snapshot;
    }

    private Listing list() throws IOException, InterruptedException {
        try (Answer answer =
                connection.get(addresses.listing(repository, revision), origin -> Map.of())) {
            refusals.check(answer, repository.id());
            return Listing.read(repository, answer.body());
        }
    }

    /** Only the index tells which weight files there are, so it comes before everything else. */
    private List<String> shards(Listing listing, Path snapshot) throws IOException {
        List<RemoteFile> index =
                describe(missing(List.of(ShardIndex.NAME), snapshot), listing.commit());
        if (!index.isEmpty()) {
            checkSpace(index);
            fetch(index, listing.commit());
        }
        return NeededFiles.shards(
                repository, listing.names(), ShardIndex.shards(snapshot.resolve(ShardIndex.NAME)));
    }

    private static List<String> missing(List<String> names, Path snapshot) {
        return names.stream().filter(name -> !HubCache.has(snapshot, name)).toList();
    }

    private List<RemoteFile> describe(List<String> names, String commit) {
        return crew.run(
                names.stream()
                        .map(name ->
                                (Callable<RemoteFile>)
                                        () -> retry.run(what(name), () -> describe(name, commit)))
                        .toList());
    }

    private RemoteFile describe(String name, String commit)
            throws IOException, InterruptedException {
        try (Answer answer =
                connection.head(
                        addresses.file(repository, commit, name),
                        redirect ->
                                redirect.header("X-Linked-Etag").isPresent()
                                        && redirect.header("X-Linked-Size").isPresent())) {
            if (!answer.redirects()) {
                refusals.check(answer, what(name));
            }
            answer.header("X-Repo-Commit")
                    .filter(found -> !found.equals(commit))
                    .ifPresent(found -> {
                        throw new HubException(
                                what(name)
                                        + ": was asked for at commit "
                                        + commit
                                        + " and is of "
                                        + Printable.quoted(found));
                    });
            return new RemoteFile(name, hash(answer, name), size(answer, name));
        }
    }

    private ContentHash hash(Answer answer, String name) {
        Optional<String> etag = answer.header("X-Linked-Etag").or(() -> answer.header("ETag"));
        return etag.flatMap(ContentHash::ofEtag)
                .orElseThrow(() ->
                        new HubException(
                                what(name)
                                        + ": the hub names it by "
                                        + etag.map(Printable::quoted).orElse("no ETag")
                                        + ", which is neither a SHA-256 nor git's SHA-1, so it could not be checked"));
    }

    private long size(Answer answer, String name) {
        OptionalLong linked = answer.number("X-Linked-Size");
        OptionalLong size =
                linked.isPresent() || answer.redirects() ? linked : answer.number("Content-Length");
        long bytes =
                size.orElseThrow(
                        () -> new HubException(what(name) + ": the hub does not tell its size"));
        if (bytes > MAX_TEXT_BYTES && !name.endsWith(".safetensors")) {
            throw new HubException(
                    what(name)
                            + ": has "
                            + bytes
                            + " bytes, more than the "
                            + MAX_TEXT_BYTES
                            + " that a file of its kind may have");
        }
        return bytes;
    }

    private void checkSpace(List<RemoteFile> files) throws IOException {
        Files.createDirectories(cache.root());
        long missing = 0;
        for (RemoteFile file : files) {
            Path partial = cache.partial(repository, file.hash());
            boolean there = Files.exists(cache.blob(repository, file.hash()));
            long have = there ? file.size() : Files.exists(partial) ? Files.size(partial) : 0;
            missing = Math.addExact(missing, Math.max(0, file.size() - have));
        }
        long free = space.free(cache.root());
        if (missing > free) {
            throw new HubException(
                    repository
                            + ": "
                            + ByteCount.text(missing)
                            + " are missing, and "
                            + cache.root()
                            + " has room for "
                            + ByteCount.text(free)
                            + "; free some, or name another folder with HF_HOME");
        }
    }

    private void fetch(List<RemoteFile> files, String commit) {
        crew.run(
                files.stream()
                        .map(file ->
                                (Callable<Boolean>)
                                        () -> {
                                            fetch(file, commit);
                                            return true;
                                        })
                        .toList());
    }

    private void fetch(RemoteFile file, String commit) throws InterruptedException {
        progress.file(file.name(), file.size());
        Path lock = cache.lock(repository, file.hash());
        try (BlobLock _ = BlobLock.take(lock, () -> progress.note(waits(file)))) {
            Path blob = cache.blob(repository, file.hash());
            if (!Files.exists(blob) || Files.size(blob) != file.size()) {
                Path partial = cache.partial(repository, file.hash());
                try (Transfer transfer = transfer(file, commit, partial)) {
                    transfer.run(retry);
                }
                Files.move(
                        partial,
                        blob,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            }
            cache.link(repository, commit, file);
        } catch (IOException e) {
            // An interrupt closes the channel that is being written.
            String why =
                    Thread.currentThread().isInterrupted()
                            ? "interrupted; what has come is kept"
                            : "cannot be written to " + cache.root() + ": " + e;
            throw new HubException(what(file.name()) + ": " + why, e);
        }
        progress.done(file.name());
    }

    private Transfer transfer(RemoteFile file, String commit, Path partial) throws IOException {
        return new Transfer(
                connection,
                refusals,
                progress,
                addresses.file(repository, commit, file.name()),
                file,
                what(file.name()),
                partial);
    }

    private String waits(RemoteFile file) {
        return what(file.name()) + ": another process is fetching it; waiting";
    }

    private String what(String name) {
        return repository + ": " + name;
    }
}
