package apus.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.kernels.Quantization;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class WeightTrafficTest {
    @Test
    void stepReadsEveryWeightOnceAndTheCacheOfEverySequence() {
        WeightTraffic traffic = WeightTraffic.of(Path.of(System.getProperty("apus.demoModel")));

        // 4,951,296 parameters of two bytes; the head is the embedding.
        assertEquals("BF16", traffic.format());
        assertEquals(9_902_592, traffic.everyToken());
        assertEquals(2 * 6 * 4 * 32 * 4, traffic.kvBytesPerToken());
        assertEquals(9_902_592 + 3 * 10.5 * 6144, traffic.bytesPerStep(3, 10.5));
    }

    @Test
    void quantisedWeightsAreReadAsTheyAreInMemory() {
        for (String name : new String[] {"llama2-mha", "mixtral"}) {
            Path model = Path.of(System.getProperty("apus.testdata"), "models", name);
            for (Quantization quantization : Quantization.values()) {
                WeightTraffic traffic = WeightTraffic.of(model, quantization);
                WeightTraffic stored = WeightTraffic.of(model);
                int bits = stored.format().equals("F32") ? 32 : 16;
                double share = traffic.bytesPerStep(1000, 0) / stored.bytesPerStep(1000, 0);
                // Norms and routers stay as they are.
                switch (quantization) {
                    case NONE -> assertEquals(stored, traffic);
                    case INT8 -> assertEquals(8.5 / bits, share, 0.03, name);
                    case INT4 -> assertEquals(4.5 / bits, share, 0.03, name);
                }
            }
        }
    }

    @Test
    void embeddingThatIsOnlyLookedUpInIsNotRead() {
        Path model = Path.of(System.getProperty("apus.testdata"), "models", "llama2-mha");
        WeightTraffic traffic = WeightTraffic.of(model);

        long all;
        long table;
        try (var checkpoint = apus.format.checkpoint.Checkpoint.open(model)) {
            all = checkpoint.tensors().stream().mapToLong(t -> t.bytes()).sum();
            table =
                    checkpoint.tensors().stream()
                            .filter(t -> t.name().equals("model.embed_tokens.weight"))
                            .mapToLong(t -> t.bytes())
                            .sum();
        }
        assertEquals(all - table, traffic.everyToken());
    }

    @Test
    void expertsAreReadAsFarAsTheyAreChosen() {
        Path model = Path.of(System.getProperty("apus.testdata"), "models", "mixtral");
        WeightTraffic traffic = WeightTraffic.of(model);

        assertTrue(traffic.experts() > 0);
        double one = traffic.bytesPerStep(1, 0);
        double two = traffic.bytesPerStep(2, 0);
        double share = traffic.expertShare();
        assertEquals(traffic.everyToken() + share * traffic.experts(), one, 1e-3);
        assertEquals(share * (1 - share) * traffic.experts(), two - one, 1e-3);
    }
}
