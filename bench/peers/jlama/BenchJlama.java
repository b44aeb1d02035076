// Jlama as a peer: speed (and greedy tokens) of a HuggingFace directory, printed as JSON.
// usage: java [flags, see README] -cp CP BenchJlama.java DIR WORKING_DTYPE WORKING_QTYPE [MODEL_QTYPE|-] [reps] [prefill] [decode]
//        java ...                                BenchJlama.java DIR F32 F32 - greedy 1,2,3 32
import com.github.tjake.jlama.model.*;
import com.github.tjake.jlama.safetensors.DType;
import com.github.tjake.jlama.tensor.*;
import com.github.tjake.jlama.tensor.operations.TensorOperationsProvider;
import com.github.tjake.jlama.util.PhysicalCoreExecutor;
import java.io.File;
import java.util.*;

public class BenchJlama {
    static int[] prompt(int n, int seed, int vocab) {
        int[] out = new int[n];
        int x = (int) (seed * 2654435761L + 12345);
        for (int i = 0; i < n; i++) {
            x = x * 1664525 + 1013904223;
            out[i] = 300 + (x >>> 8) % (vocab - 600);
        }
        return out;
    }
    static String json(String key, double[] a) {
        double[] s = a.clone();
        Arrays.sort(s);
        return String.format(Locale.ROOT, ",\"%s\":%s,\"%s_median\":%.2f", key, Arrays.toString(Arrays.stream(a).map(v -> Math.round(v * 100) / 100.0).toArray()), key, s[s.length / 2]);
    }
    static double cpu() {
        return ((com.sun.management.OperatingSystemMXBean) java.lang.management.ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() * 1e-9;
    }
    static AbstractTensor lastRow(AbstractTensor t) { return t.slice(t.shape().first() - 1); }

    public static void main(String[] v) throws Exception {
        PhysicalCoreExecutor.overrideThreadCount(Integer.getInteger("threads", 2));
        Optional<DType> mq = v.length > 3 && !v[3].equals("-") ? Optional.of(DType.valueOf(v[3])) : Optional.empty();
        var m = ModelSupport.loadModel(new File(v[0]), null, DType.valueOf(v[1]), DType.valueOf(v[2]), mq, Optional.empty());
        int vocab = m.getConfig().vocabularySize;
        var cache = new KvBufferCache(m);
        var logits = m.makeDenseTensor(vocab);
        String ops = TensorOperationsProvider.get().name();
        if (v.length > 4 && v[4].equals("greedy")) {
            int[] p = Arrays.stream(v[5].split(",")).mapToInt(Integer::parseInt).toArray();
            var out = new ArrayList<Integer>();
            try (var kv = cache.getEphemeralKvBuffer()) {
                int t = m.sample(lastRow(m.batchForward(p, 0, kv)), 0, 0, logits);
                for (int i = 0; i < Integer.parseInt(v[6]); i++) {
                    out.add(t);
                    t = m.sample(lastRow(m.forward(t, p.length + i, kv, Optional.empty())), 0, 0, logits);
                }
            }
            System.out.println("{\"peer\":\"jlama\",\"ops\":\"" + ops + "\",\"greedy\":" + out + "}");
            System.exit(0);
        }
        int reps = v.length > 4 ? Integer.parseInt(v[4]) : 3, nPre = v.length > 5 ? Integer.parseInt(v[5]) : 512, nDec = v.length > 6 ? Integer.parseInt(v[6]) : 128;
        double[] pre = new double[reps], dec = new double[reps], preC = new double[reps], decC = new double[reps];
        for (int r = -1; r < reps; r++) {                  // one warm-up round for the JIT
            int np = r < 0 ? nPre / 2 : nPre, nd = r < 0 ? nDec / 2 : nDec;
            try (var kv = cache.getEphemeralKvBuffer()) {
                int[] p = prompt(np, r + 2, vocab);
                long t0 = System.nanoTime(); double c0 = cpu();
                int t = m.sample(lastRow(m.batchForward(p, 0, kv)), 0, 0, logits);
                if (r >= 0) { pre[r] = np / ((System.nanoTime() - t0) * 1e-9); preC[r] = np / (cpu() - c0); }
                t0 = System.nanoTime(); c0 = cpu();
                for (int i = 0; i < nd; i++) t = m.sample(lastRow(m.forward(t, np + i, kv, Optional.empty())), 0, 0, logits);
                if (r >= 0) { dec[r] = nd / ((System.nanoTime() - t0) * 1e-9); decC[r] = nd / (cpu() - c0); }
            }
        }
        System.out.println("{\"peer\":\"jlama-0.8.4\",\"model\":\"" + new File(v[0]).getName() + "\",\"ops\":\"" + ops + "\",\"working\":\"" + v[1] + "/" + v[2]
                + "\",\"modelq\":\"" + (mq.isPresent() ? mq.get() : "-") + "\",\"threads\":" + Integer.getInteger("threads", 2)
                + json("prefill", pre) + json("prefill_cpu", preC) + json("decode", dec) + json("decode_cpu", decC) + "}");
        System.exit(0);
    }
}
