package apus.format.checkpoint;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.conformance.TensorFile;
import apus.format.ApusException;
import apus.format.TensorInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every golden model with each of its tensors in turn missing, misshapen or of another type, and
 * with one too many: the error names the tensor, or the matrix it is a part of.
 */
final class MutatedModelsTest {
    @TempDir Path dir;

    static List<String> models() throws IOException {
        try (Stream<Path> models = Files.list(TestModels.original(""))) {
            return models.map(m -> m.getFileName().toString()).sorted().toList();
        }
    }

    /** What a copy makes of a tensor; adds it to the file, or does not. */
    private interface Mutation {
        void write(TensorFile file, TensorInfo tensor);
    }

    private static void same(TensorFile file, TensorInfo tensor) {
        file.zeros(tensor.name(), tensor.dtype().name(), shape(tensor));
    }

    private static long[] shape(TensorInfo tensor) {
        return tensor.shape().stream().mapToLong(n -> n).toArray();
    }

    private List<TensorInfo> copy(String name) throws IOException {
        for (String file : List.of("config.json", "tokenizer.json")) {
            Files.copy(TestModels.original(name).resolve(file), dir.resolve(file));
        }
        try (Checkpoint checkpoint = Checkpoint.open(TestModels.original(name))) {
            return new ArrayList<>(checkpoint.tensors());
        }
    }

    /** The model with one tensor mutated; returns the error. */
    private String refusal(List<TensorInfo> tensors, String mutated, Mutation mutation)
            throws IOException {
        TensorFile file = new TensorFile();
        for (TensorInfo tensor : tensors) {
            if (tensor.name().equals(mutated)) {
                mutation.write(file, tensor);
            } else {
                same(file, tensor);
            }
        }
        Path path = dir.resolve("model.safetensors");
        Files.deleteIfExists(path);
        file.write(path);
        return assertThrows(
                        ApusException.class,
                        () -> {
                            try (Checkpoint checkpoint = Checkpoint.open(dir)) {
                                throw new AssertionError(
                                        checkpoint.directory() + " opened, mutated " + mutated);
                            }
                        })
                .getMessage();
    }

    private static void assertNames(String tensor, String message) {
        String matrix =
                tensor.replaceFirst(
                        "(\\.(weight|qweight|qzeros|scales)|_(blocks|scales|scale|scale_inv))$",
                        "");
        assertTrue(message.contains(matrix), tensor + ": " + message);
    }

    @ParameterizedTest
    @MethodSource("models")
    void aMissingTensorIsNamed(String model) throws IOException {
        List<TensorInfo> tensors = copy(model);
        for (TensorInfo tensor : tensors) {
            if (!tensor.name().endsWith(".g_idx")) { // without it, groups are in order
                assertNames(tensor.name(), refusal(tensors, tensor.name(), (file, t) -> {}));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void aTensorOfTheWrongShapeIsNamedWithBothShapes(String model) throws IOException {
        List<TensorInfo> tensors = copy(model);
        for (TensorInfo tensor : tensors) {
            for (int d = 0; d < tensor.shape().size(); d++) {
                long[] shape = shape(tensor);
                shape[d]++;
                String message =
                        refusal(
                                tensors,
                                tensor.name(),
                                (file, t) -> file.zeros(t.name(), t.dtype().name(), shape));
                assertNames(tensor.name(), message);
                assertTrue(message.contains("found"), message);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void aTensorOfTheWrongTypeIsNamed(String model) throws IOException {
        List<TensorInfo> tensors = copy(model);
        for (TensorInfo tensor : tensors) {
            boolean floating =
                    switch (tensor.dtype()) {
                        case F32, F16, BF16 -> true;
                        default -> false;
                    };
            String type = floating ? "I32" : "F32";
            String message =
                    refusal(
                            tensors,
                            tensor.name(),
                            (file, t) -> file.zeros(t.name(), type, shape(t)));
            assertNames(tensor.name(), message);
            assertTrue(message.contains(type), message);
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void aTensorTooManyIsNamed(String model) throws IOException {
        List<TensorInfo> tensors = copy(model);
        String message =
                refusal(
                        tensors,
                        tensors.getFirst().name(),
                        (file, t) -> {
                            same(file, t);
                            file.zeros("model.layers.0.surplus.weight", "F32", 2, 2);
                        });
        assertTrue(
                message.startsWith("model.layers.0.surplus.weight in model.safetensors"), message);
    }
}
