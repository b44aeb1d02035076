package apus.kernels.tornado;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import apus.kernels.GoldenModel;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/**
 * The contract on tensor cores, with inputs in two parts: what is rounded is within the tolerance
 * of f32. Where the backend is CUDA, or stands in for it (src/test/native).
 */
final class TensorCoresExecutorTest extends TornadoContract {
    private static final String FEW = "llama2-mha,gpt2,gemma2,mixtral";

    TensorCoresExecutorTest() {
        super(true, 2);
    }

    @BeforeEach
    void onlyOnCuda() {
        assumeTrue(
                Targets.chosen().backend() == TornadoVMBackendType.CUDA,
                "skipped: TornadoVM reaches tensor cores on its CUDA backend only");
    }

    @Override
    protected List<GoldenModel> models() {
        return GoldenModel.all(System.getProperty("apus.models", FEW));
    }
}
