package apus.kernels.tornado;

import apus.kernels.GoldenModel;
import java.util.List;

/**
 * The contract by the kernels with work groups. A CPU runs their threads one by one, so the models
 * are few unless some are asked for: a plain one, head norms and a tied head, post norms with caps
 * and windows, partial ropes, layer norms with biases, four bits in blocks, experts with and
 * without sinks and limits.
 */
final class GroupsExecutorTest extends TornadoContract {
    private static final String FEW =
            "llama2-mha,qwen3,gemma2,phi3,gpt2,llama-gptq,mixtral,gpt-oss";

    GroupsExecutorTest() {
        super(true, 0);
    }

    @Override
    protected List<GoldenModel> models() {
        return GoldenModel.all(System.getProperty("apus.models", FEW));
    }
}
