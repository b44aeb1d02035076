package apus.format.checkpoint;

import apus.format.Json;
import apus.format.ModelFormatException;
import apus.format.Plain;
import apus.format.TensorInfo;
import apus.format.UnsupportedModelException;
import apus.format.spec.Attention;
import apus.format.spec.Gated;
import apus.format.spec.Layer;
import apus.format.spec.Linear;
import apus.format.spec.ModelSpec;
import apus.format.spec.Norm;
import apus.format.spec.WeightRef;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Compares what a spec needs with what the files hold, both ways: every reference resolves with the
 * right shape, and every tensor is used or known to be ignorable.
 */
final class WeightCheck {
    private final Shards shards;
    private final Map<String, Long> usedRows = new HashMap<>();

    private WeightCheck(Shards shards) {
        this.shards = shards;
    }

    static void check(ModelSpec spec, Shards shards) {
        WeightCheck check = new WeightCheck(shards);
        check.matrix(spec.embed().table());
        spec.layers().forEach(check::layer);
        check.norm(spec.finalNorm());
        check.linear(spec.head().proj());
        check.nothingLeft(spec);
    }

    private void layer(Layer layer) {
        List.of(layer.attnNorm(), layer.postAttn(), layer.ffnNorm(), layer.postFfn())
                .forEach(this::norm);
        Attention attn = layer.attn();
        List.of(attn.q(), attn.k(), attn.v(), attn.o()).forEach(this::linear);
        norm(attn.qNorm());
        norm(attn.kNorm());
        switch (layer.ffn()) {
            case Gated(Linear gate, Linear up, Linear down, var _) ->
                    List.of(gate, up, down).forEach(this::linear);
        }
    }

    private void norm(Norm norm) {
        if (!norm.isNone()) {
            vector(norm.weight());
        }
    }

    private void linear(Linear linear) {
        matrix(linear.weight());
        if (!linear.bias().isNone()) {
            vector(linear.bias());
        }
    }

    private void vector(WeightRef ref) {
        TensorInfo info = find(ref);
        if (info.shape().size() != 1 || info.shape().get(0) != ref.cols()) {
            throw wrongShape(ref, "[" + ref.cols() + "]", info);
        }
        supported(info);
    }

    private void matrix(WeightRef ref) {
        TensorInfo info = find(ref);
        boolean whole = ref.firstRow() == 0;
        if (info.shape().size() != 2
                || info.shape().get(1) != ref.cols()
                || info.shape().get(0) < (long) ref.firstRow() + ref.rows()) {
            throw wrongShape(
                    ref,
                    "["
                            + (whole ? "" : "at least ")
                            + ((long) ref.firstRow() + ref.rows())
                            + ", "
                            + ref.cols()
                            + "]",
                    info);
        }
        usedRows.merge(ref.tensor(), (long) ref.firstRow() + ref.rows(), Math::max);
        supported(info);
    }

    private TensorInfo find(WeightRef ref) {
        if (!shards.has(ref.tensor())) {
            throw new ModelFormatException(
                    ref.tensor()
                            + ": needed by config.json, found in none of "
                            + shards.files().stream()
                                    .map(f -> f.path().getFileName().toString())
                                    .toList());
        }
        usedRows.putIfAbsent(ref.tensor(), 0L);
        return shards.info(ref.tensor());
    }

    private void supported(TensorInfo info) {
        try {
            new Plain(info.dtype());
        } catch (UnsupportedModelException e) {
            throw new UnsupportedModelException(
                    info.name()
                            + " in "
                            + shards.path(info.name()).getFileName()
                            + ": "
                            + e.getMessage());
        }
    }

    private void nothingLeft(ModelSpec spec) {
        for (String name : shards.names()) {
            Long rows = usedRows.get(name);
            if (rows == null) {
                if (!ignorable(name, spec)) {
                    throw new ModelFormatException(
                            Json.shorten(name)
                                    + " in "
                                    + shards.path(name).getFileName()
                                    + ": a "
                                    + spec.family()
                                    + " model with this config.json has no such tensor");
                }
            } else if (rows > 0 && !rows.equals(shards.info(name).shape().getFirst())) {
                throw wrongShape(
                        new WeightRef(name, 0, rows.intValue(), 0),
                        "[" + rows + ", " + shards.info(name).shape().get(1) + "]",
                        shards.info(name));
            }
        }
    }

    /**
     * Old checkpoints carry the rope's frequencies, and some writers store a tied head beside the
     * embedding.
     */
    private static boolean ignorable(String name, ModelSpec spec) {
        return name.endsWith(".rotary_emb.inv_freq")
                || (name.equals("lm_head.weight")
                        && spec.head().proj().weight().equals(spec.embed().table()));
    }

    private ModelFormatException wrongShape(WeightRef ref, String expected, TensorInfo info) {
        return new ModelFormatException(
                ref.tensor()
                        + ": expected "
                        + expected
                        + " from config.json, found "
                        + info.shape()
                        + " in "
                        + shards.path(ref.tensor()).getFileName());
    }
}
