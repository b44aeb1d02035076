package apus.format.checkpoint;

import apus.format.Json;
import apus.format.ModelFormatException;
import apus.format.Plain;
import apus.format.TensorInfo;
import apus.format.UnsupportedModelException;
import apus.format.spec.ModelSpec;
import apus.format.spec.WeightRef;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Compares what a spec needs with what the files hold, both ways: every reference resolves with the
 * right shape, and every tensor is used whole or known to be ignorable.
 */
final class WeightCheck {
    private final Shards shards;

    /** For each tensor the reference that reaches furthest. */
    private final Map<String, WeightRef> used = new HashMap<>();

    private final Packing packing;
    private final Set<String> packed = new HashSet<>();

    /** For each packed matrix the end of the reference that reaches furthest. */
    private final Map<Packing.Parts, Long> packedUse = new LinkedHashMap<>();

    private WeightCheck(Shards shards, Packing packing) {
        this.shards = shards;
        this.packing = packing;
    }

    static void check(ModelSpec spec, Shards shards, Packing packing) {
        WeightCheck check = new WeightCheck(shards, packing);
        spec.weights().forEach(check::weight);
        check.nothingLeft(spec);
    }

    private void weight(WeightRef ref) {
        if (packing.holds(ref)) {
            Packing.Parts parts = packing.check(ref);
            packed.addAll(parts.tensors());
            packedUse.merge(parts, ref.endRow(), Math::max);
            return;
        }
        if (!shards.has(ref.tensor())) {
            throw new ModelFormatException(
                    ref.tensor()
                            + ": needed by config.json, found in none of "
                            + shards.files().stream()
                                    .map(f -> f.path().getFileName().toString())
                                    .toList());
        }
        TensorInfo info = shards.info(ref.tensor());
        TensorRows rows = TensorRows.of(info, ref);
        if (rows.cols() != ref.cols() || rows.count() < ref.endRow()) {
            throw wrongShape(ref, ref.firstRow() > 0 || !ref.isTogether(), info);
        }
        used.merge(ref.tensor(), ref, (a, b) -> a.endRow() >= b.endRow() ? a : b);
        supported(info);
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
        packedUse.forEach((parts, end) -> {
            if (parts.outputs() != end) {
                throw new PackedTensors(shards)
                        .wrongOutputs(
                                parts.tensors().getFirst(), String.valueOf(end), parts.outputs());
            }
        });
        for (String name : shards.names()) {
            WeightRef last = used.get(name);
            if (last == null) {
                if (!packed.contains(name) && !ignorable(name, spec) && !isZeroBias(name)) {
                    throw new ModelFormatException(
                            Json.shorten(name)
                                    + " in "
                                    + shards.path(name).getFileName()
                                    + ": a "
                                    + spec.family()
                                    + " model with this config.json has no such tensor");
                }
            } else if (TensorRows.of(shards.info(name), last).count() != last.endRow()) {
                throw wrongShape(last, false, shards.info(name));
            }
        }
    }

    /**
     * Old checkpoints carry the rope's frequencies or the causal mask, and some writers store a
     * tied head beside the embedding.
     */
    private static boolean ignorable(String name, ModelSpec spec) {
        return name.endsWith(".rotary_emb.inv_freq")
                || (spec.family().equals("gpt2") && name.matches("(.*\\.)?attn\\.(masked_)?bias"))
                || (spec.family().equals("gpt-neox")
                        && name.matches(".*\\.attention\\.(masked_)?bias"))
                || ((name.equals("lm_head.weight") || name.equals("embed_out.weight"))
                        && spec.head().proj().weight().equals(spec.embed().table()));
    }

    /** Some quantisers write a bias of zeros for every matrix. */
    private boolean isZeroBias(String name) {
        if (!name.endsWith(".bias")
                || !packed.contains(name.substring(0, name.length() - 5) + ".qweight")) {
            return false;
        }
        MemorySegment data = shards.data(name);
        for (long i = 0; i < data.byteSize(); i++) {
            if (data.get(ValueLayout.JAVA_BYTE, i) != 0) {
                return false;
            }
        }
        return true;
    }

    private static String transposed(WeightRef ref, String rows, TensorInfo info) {
        return info.shape().size() == 3
                ? "[experts, " + ref.cols() + ", outputs] with " + rows + " outputs in all"
                : "[" + ref.cols() + ", " + rows + "]";
    }

    private ModelFormatException wrongShape(WeightRef ref, boolean atLeast, TensorInfo info) {
        String rows = (atLeast ? "at least " : "") + ref.endRow();
        String expected =
                ref.isVector()
                        ? "[" + rows + "]"
                        : ref.transposed()
                                ? transposed(ref, rows, info)
                                : "[" + rows + ", " + ref.cols() + "]";
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
