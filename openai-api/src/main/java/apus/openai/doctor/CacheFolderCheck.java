package apus.openai.doctor;

import java.nio.file.Files;
import java.nio.file.Path;

/** The folder that models are downloaded to. */
final class CacheFolderCheck {
    private CacheFolderCheck() {}

    static Finding of(Path folder) {
        Path nearest = folder.toAbsolutePath();
        while (nearest != null && !Files.exists(nearest)) {
            nearest = nearest.getParent();
        }
        if (nearest == null || !Files.isDirectory(nearest) || !Files.isWritable(nearest)) {
            return Finding.problem(
                    "model cache",
                    folder + " cannot be written to",
                    "make it writable, or let HF_HOME or --download-dir name another folder");
        }
        if (!Files.isDirectory(folder)) {
            return Finding.ok("model cache", folder + ", made by the first download");
        }
        int models = Machine.names(folder, "models--*").size();
        return Finding.ok(
                "model cache", folder + ", " + models + (models == 1 ? " model" : " models"));
    }
}
