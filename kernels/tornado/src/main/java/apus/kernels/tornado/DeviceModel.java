package apus.kernels.tornado;

import apus.format.checkpoint.Checkpoint;
import apus.format.spec.Experts;
import apus.format.spec.Ffn;
import apus.format.spec.Gated;
import apus.format.spec.Layer;
import apus.format.spec.LayerNorm;
import apus.format.spec.Linear;
import apus.format.spec.Mlp;
import apus.format.spec.ModelSpec;
import apus.format.spec.Norm;
import apus.format.spec.Rms;
import apus.format.spec.WeightRef;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A spec with its weights in the device's memory (or rather in host arrays that stand for it).
 *
 * @param positions learned embeddings of positions
 */
record DeviceModel(
        DeviceMatrix embed,
        Optional<DeviceMatrix> positions,
        List<DeviceLayer> layers,
        DeviceNorm finalNorm,
        DeviceMatrix head) {

    static DeviceModel of(Checkpoint checkpoint, WeightLoader loader) {
        ModelSpec spec = checkpoint.spec();
        WeightRef positions = spec.embed().positions();
        return new DeviceModel(
                loader.plain(spec.embed().table()),
                positions.isNone() ? Optional.empty() : Optional.of(loader.plain(positions)),
                spec.layers().stream().map(l -> layer(l, loader)).toList(),
                norm(spec.finalNorm(), loader),
                loader.head(spec.head().proj()));
    }

    private static DeviceLayer layer(Layer layer, WeightLoader loader) {
        var attn = layer.attn();
        return new DeviceLayer(
                norm(layer.attnNorm(), loader),
                loader.stacked(attn.q(), attn.k(), attn.v()),
                loader.matrix(attn.o()),
                attn,
                norm(attn.qNorm(), loader),
                norm(attn.kNorm(), loader),
                attn.sinks().isNone() ? loader.nothing() : loader.vector(attn.sinks()),
                norm(layer.postAttn(), loader),
                norm(layer.ffnNorm(), loader),
                ffn(layer.ffn(), loader),
                norm(layer.postFfn(), loader),
                layer.residual(),
                layer.parallel());
    }

    private static DeviceLayer.Wide ffn(Ffn ffn, WeightLoader loader) {
        return switch (ffn) {
            case Gated(Linear gate, Linear up, Linear down, var act, float limit) ->
                    new DeviceLayer.Gate(loader.pair(gate, up), loader.matrix(down), act, limit);
            case Mlp(Linear up, Linear down, var act) ->
                    new DeviceLayer.Perceptron(loader.matrix(up), loader.matrix(down), act);
            case Experts experts -> mixture(experts, loader);
        };
    }

    private static DeviceLayer.Mixture mixture(Experts experts, WeightLoader loader) {
        Gated any = experts.experts().getFirst();
        return new DeviceLayer.Mixture(
                loader.unquantized(experts.router()),
                loader.together(
                        experts.experts().stream()
                                .flatMap(e -> Stream.of(e.gate(), e.up()))
                                .toList()),
                loader.together(experts.experts().stream().map(Gated::down).toList()),
                experts.experts().size(),
                experts.topK(),
                experts.renormalise(),
                any.act(),
                any.limit());
    }

    private static DeviceNorm norm(Norm norm, WeightLoader loader) {
        return switch (norm) {
            case Norm.None() -> new DeviceNorm.None();
            case Rms(WeightRef weight, float eps, float offset) ->
                    new DeviceNorm.ByRms(weight.rows(), loader.vector(weight), eps, offset);
            case LayerNorm(WeightRef weight, WeightRef bias, float eps) ->
                    new DeviceNorm.ByLayer(
                            weight.rows(),
                            loader.vector(weight),
                            bias.isNone() ? loader.nothing() : loader.vector(bias),
                            !bias.isNone(),
                            eps);
        };
    }
}
