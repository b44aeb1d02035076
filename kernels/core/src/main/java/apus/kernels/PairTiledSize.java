package apus.kernels;

import apus.format.PairTiled;
import apus.format.checkpoint.Checkpoint;
import apus.format.checkpoint.WeightMemory;
import apus.format.spec.Attention;
import apus.format.spec.Embedding;
import apus.format.spec.Experts;
import apus.format.spec.Gated;
import apus.format.spec.Layer;
import apus.format.spec.Linear;
import apus.format.spec.Mlp;
import apus.format.spec.WeightRef;
import java.util.ArrayList;
import java.util.List;

/** What weights take in memory where plain matrices are copied for matrix tiles. */
final class PairTiledSize {
    private final Checkpoint checkpoint;
    private final List<WeightRef> kept = new ArrayList<>();
    private long copied;

    private PairTiledSize(Checkpoint checkpoint) {
        this.checkpoint = checkpoint;
    }

    /** Embeddings and routers stay as they are, and so does what a quantiser packed. */
    static WeightMemory of(Checkpoint checkpoint) {
        PairTiledSize size = new PairTiledSize(checkpoint);
        Embedding embed = checkpoint.spec().embed();
        size.kept.add(embed.table());
        if (!embed.positions().isNone()) {
            size.kept.add(embed.positions());
        }
        checkpoint.spec().layers().forEach(size::layer);
        size.add(checkpoint.spec().head().proj());
        WeightMemory rest = checkpoint.memoryLaidOut(size.kept);
        return new WeightMemory(rest.mapped(), rest.copied() + size.copied);
    }

    private void layer(Layer layer) {
        Attention a = layer.attn();
        add(a.q(), a.k(), a.v(), a.o());
        switch (layer.ffn()) {
            case Gated g -> add(g.gate(), g.up(), g.down());
            case Mlp mlp -> add(mlp.up(), mlp.down());
            case Experts all -> {
                kept.add(all.router().weight());
                for (Gated e : all.experts()) {
                    add(e.gate(), e.up(), e.down());
                }
            }
        }
    }

    private void add(Linear... linears) {
        for (Linear linear : linears) {
            WeightRef ref = linear.weight();
            if (checkpoint.isPacked(ref)) {
                kept.add(ref);
            } else {
                PairTiled format = PairTiled.of(checkpoint.type(ref));
                copied += PairTiled.groups(ref.rows()) * format.groupBytes(ref.cols());
            }
        }
    }
}
