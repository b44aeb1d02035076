package apus.openai.generate;

import apus.openai.Version;
import apus.runtime.ModelInfo;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Names what an answer's tokens depend on beside the request: the model's files, the kernels and
 * this server.
 */
final class Fingerprint {
    private static final int SHOWN_BYTES = 5;

    private Fingerprint() {}

    /**
     * {@code system_fingerprint}: equal for equal model files on equal kernels under one version of
     * the server.
     */
    static String of(ModelInfo model) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(
                                    String.join(
                                                    "/",
                                                    model.fingerprint(),
                                                    model.backend(),
                                                    model.device(),
                                                    model.weightFormat(),
                                                    Version.TEXT)
                                            .getBytes(StandardCharsets.UTF_8));
            return "fp_" + HexFormat.of().formatHex(hash, 0, SHOWN_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
