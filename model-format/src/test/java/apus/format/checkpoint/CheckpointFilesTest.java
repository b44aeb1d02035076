package apus.format.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Size and identity of a checkpoint. */
final class CheckpointFilesTest {
    @TempDir Path dir;

    @Test
    void weightBytesAreThoseOfAllShards() throws IOException {
        Path model = TestModels.copy("llama2-gqa-sharded", dir);
        long wanted = 0;
        for (int i = 1; i <= 3; i++) {
            wanted += Files.size(model.resolve("model-0000%d-of-00003.safetensors".formatted(i)));
        }
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            assertEquals(wanted, checkpoint.weightBytes());
        }
    }

    @Test
    void theFingerprintIsTheSameForACopyInAnotherPlace() throws IOException {
        String first = fingerprint(TestModels.copy("llama2-mha", dir.resolve("a")));
        assertTrue(first.matches("[0-9a-f]{64}"), first);
        assertEquals(first, fingerprint(TestModels.copy("llama2-mha", dir.resolve("b"))));
        assertNotEquals(first, fingerprint(TestModels.copy("llama3-rope", dir.resolve("c"))));
    }

    @Test
    void theFingerprintFollowsEveryFileAndTheFirstNumbersOfWeights() throws IOException {
        Path model = TestModels.copy("llama2-mha", dir);
        String before = fingerprint(model);
        Path weights = model.resolve("model.safetensors");
        try (FileChannel channel =
                FileChannel.open(weights, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            channel.read(length, 0);
            long data = 8 + length.getLong(0);
            ByteBuffer number = ByteBuffer.allocate(2);
            channel.read(number, data);
            number.put(0, (byte) (number.get(0) ^ 1)).rewind();
            channel.write(number, data);
        }
        String trained = fingerprint(model);
        assertNotEquals(before, trained);
        Files.writeString(model.resolve("tokenizer_config.json"), " ", StandardOpenOption.APPEND);
        assertNotEquals(trained, fingerprint(model));
        before = fingerprint(model);
        Files.writeString(model.resolve("tokenizer.json"), " ", StandardOpenOption.APPEND);
        String other = fingerprint(model);
        assertNotEquals(before, other);
        Files.writeString(model.resolve("config.json"), " ", StandardOpenOption.APPEND);
        assertNotEquals(other, fingerprint(model));
        assertNotEquals(before, fingerprint(model));
    }

    private static String fingerprint(Path model) {
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            String fingerprint = checkpoint.fingerprint();
            assertEquals(fingerprint, checkpoint.fingerprint());
            return fingerprint;
        }
    }
}
