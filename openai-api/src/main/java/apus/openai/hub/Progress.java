package apus.openai.hub;

/** Told how a download goes, from several threads at once. */
public interface Progress {
    /** Tells nobody. */
    Progress SILENT =
            new Progress() {
                @Override
                public void start(String title, int files, long bytes) {}

                @Override
                public void file(String name, long size) {}

                @Override
                public void advance(String name, long position) {}

                @Override
                public void done(String name) {}

                @Override
                public void note(String line) {}

                @Override
                public void end() {}
            };

    /**
     * Before the first file.
     *
     * @param title what is fetched and where it goes
     * @param bytes size of all files, fetched before or not
     */
    void start(String title, int files, long bytes);

    /** A file begins. */
    void file(String name, long size);

    /** A file has so many bytes now; fewer than before if it had to start again. */
    void advance(String name, long position);

    /** A file is complete and checked. */
    void done(String name);

    /** Something the user should know. */
    void note(String line);

    /** Nothing more comes, be it for success or failure. */
    void end();
}
