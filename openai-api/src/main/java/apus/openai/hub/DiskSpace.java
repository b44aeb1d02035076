package apus.openai.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much room there is. */
@FunctionalInterface
interface DiskSpace {
    /** Bytes that may be written to an existing folder. */
    long free(Path folder) throws IOException;

    /** As the operating system says. */
    DiskSpace REAL = folder -> Files.getFileStore(folder).getUsableSpace();
}
