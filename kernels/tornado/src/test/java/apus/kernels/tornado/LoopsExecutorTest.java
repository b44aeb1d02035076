package apus.kernels.tornado;

/** The contract by the kernels that are plain loops. */
final class LoopsExecutorTest extends TornadoContract {
    LoopsExecutorTest() {
        super(false, 0);
    }
}
