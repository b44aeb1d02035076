package apus.kernels.tornado;

import apus.format.spec.ModelSpec;
import apus.kernels.tornado.Operations.AttentionInput;
import apus.kernels.tornado.Operations.Cache;
import apus.kernels.tornado.loops.StepLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Walks a model and writes the tasks of a pass, and of the head after it. */
record PassWriter(
        ModelSpec spec,
        DeviceModel model,
        Activations act,
        List<Cache> caches,
        RopeAngles ropes,
        Operations ops,
        int mostTasks) {

    /** Tasks that a layer takes until one has been written. */
    private static final int LAYER_TASKS = 20;

    /**
     * Tokens to the residual stream after the last layer, in as many graphs as it takes: segments
     * of as many layers as TornadoVM has room for.
     *
     * @param drafts makes the draft of a segment
     */
    List<GraphDraft> writePass(IntFunction<GraphDraft> drafts, StepInput in) {
        int n = in.tokens();
        GraphDraft g = drafts.apply(0);
        List<GraphDraft> segments = new ArrayList<>(List.of(g));
        g.input(in.step(), in.angles());
        int ids = StepLayout.ids(n);
        ops.embed(g, model.embed(), in.step(), ids, act.x, n, spec.embed().scale(), false);
        if (model.positions().isPresent()) {
            int positions = StepLayout.positions(n);
            ops.embed(g, model.positions().get(), in.step(), positions, act.x, n, 1, true);
        }
        int most = LAYER_TASKS;
        for (int i = 0; i < model.layers().size(); i++) {
            if (g.tasks() + most > mostTasks) {
                g = drafts.apply(segments.size());
                g.input(in.step(), in.angles());
                segments.add(g);
            }
            int before = g.tasks();
            writeLayer(g, model.layers().get(i), caches.get(i), in);
            most = i == 0 ? g.tasks() - before : Math.max(most, g.tasks() - before);
        }
        return segments;
    }

    private void writeLayer(GraphDraft g, DeviceLayer layer, Cache cache, StepInput in) {
        int n = in.tokens();
        FloatArray first = normed(g, layer.attnNorm(), act.h, n);
        if (layer.parallel()) {
            // The second half reads x as the first one did.
            if (layer.ffnNorm().isNone()) {
                ops.copy(g, act.x, act.aside, n * spec.hidden());
            } else {
                ops.norm(g, layer.ffnNorm(), act.x, act.aside, n);
            }
        }
        attention(g, layer, cache, in, first);
        end(g, layer.o(), act.attended, layer.postAttn(), layer.residual(), n);
        FloatArray second = layer.parallel() ? act.aside : normed(g, layer.ffnNorm(), act.h, n);
        switch (layer.ffn()) {
            case DeviceLayer.Gate gate -> {
                gate(g, gate, second, n);
                end(g, gate.down(), act.gate, layer.postFfn(), layer.residual(), n);
            }
            case DeviceLayer.Mixture mixture -> {
                experts(g, mixture, second, n);
                endExperts(g, mixture, layer, n);
            }
            case DeviceLayer.Perceptron(DeviceMatrix up, DeviceMatrix down, var activation) -> {
                Ending ending = Ending.activating(activation);
                ops.product(g, new Product(up, second, act.gate, n, up.rows(), 0, ending));
                end(g, down, act.gate, layer.postFfn(), layer.residual(), n);
            }
        }
    }

    /** Where the norm of x is to be found. */
    private FloatArray normed(GraphDraft g, DeviceNorm norm, FloatArray into, int n) {
        if (norm.isNone()) {
            return act.x;
        }
        ops.norm(g, norm, act.x, into, n);
        return into;
    }

    private void attention(
            GraphDraft g, DeviceLayer layer, Cache cache, StepInput in, FloatArray x) {
        var a = layer.shape();
        int n = in.tokens();
        int width = (a.heads() + 2 * a.kvHeads()) * a.headDim();
        int at = 0;
        for (DeviceMatrix w : layer.qkv()) {
            ops.product(g, new Product(w, x, act.qkv, n, width, at, Ending.STORE));
            at += w.rows();
        }
        int queries = a.heads() * a.headDim();
        int keys = a.kvHeads() * a.headDim();
        // The length of the weight says whether each head is normed, or all of them as one vector.
        if (!layer.qNorm().isNone()) {
            int slices = queries / layer.qNorm().length();
            ops.normSlices(g, layer.qNorm(), act.qkv, n, slices, width, 0);
        }
        if (!layer.kNorm().isNone()) {
            int slices = keys / layer.kNorm().length();
            ops.normSlices(g, layer.kNorm(), act.qkv, n, slices, width, queries);
        }
        AttentionInput input =
                new AttentionInput(
                        act.qkv,
                        in.step(),
                        in.angles(),
                        ropes.at(a.position(), n),
                        RopeAngles.half(a.position()),
                        layer.sinks(),
                        !a.sinks().isNone());
        ops.ropeAndStore(g, a, cache, input, n);
        ops.attend(g, a, cache, input, act.attended, n);
    }

    private void gate(GraphDraft g, DeviceLayer.Gate gate, FloatArray x, int n) {
        int wide = gate.width();
        Ending gating = Ending.gating(gate.act(), gate.limit());
        if (gate.fused()) {
            DeviceMatrix both = gate.gateUp().getFirst();
            ops.product(g, new Product(both, x, act.gate, n, wide, 0, gating));
            return;
        }
        DeviceMatrix first = gate.gateUp().get(0);
        DeviceMatrix second = gate.gateUp().get(1);
        ops.product(g, new Product(first, x, act.gate, n, wide, 0, Ending.STORE));
        ops.product(g, new Product(second, x, act.up, n, wide, 0, Ending.STORE));
        ops.gate(g, act.gate, act.up, n * wide, gating);
    }

    /** What each chosen expert gives, for each token. */
    private void experts(GraphDraft g, DeviceLayer.Mixture mixture, FloatArray x, int n) {
        int topK = mixture.topK();
        int count = mixture.experts();
        int wide = mixture.width();
        int hidden = spec.hidden();
        ops.product(g, new Product(mixture.router(), x, act.scores, n, count, 0, Ending.STORE));
        ops.route(g, act.scores, act.chosen, act.shares, n, mixture);
        ops.product(
                g,
                new Product(
                        mixture.gateUp(),
                        x,
                        act.gate,
                        n * topK,
                        wide,
                        0,
                        Ending.gating(mixture.act(), mixture.limit()),
                        Optional.of(new Product.Routing(act.chosen, count, topK))));
        ops.product(
                g,
                new Product(
                        mixture.down(),
                        act.gate,
                        act.given,
                        n * topK,
                        hidden,
                        0,
                        Ending.STORE,
                        Optional.of(new Product.Routing(act.chosen, count, 1))));
    }

    /** x += residual * post(sum of what experts give). */
    private void endExperts(GraphDraft g, DeviceLayer.Mixture mixture, DeviceLayer layer, int n) {
        int hidden = spec.hidden();
        DeviceNorm post = layer.postFfn();
        if (post.isNone()) {
            Ending adding = Ending.adding(layer.residual());
            ops.combine(g, act.given, act.shares, act.x, n, mixture, hidden, adding);
            return;
        }
        ops.combine(g, act.given, act.shares, act.h, n, mixture, hidden, Ending.STORE);
        ops.normSlices(g, post, act.h, n, hidden / post.length(), hidden, 0);
        ops.add(g, act.x, act.h, n * hidden, layer.residual());
    }

    /** x += residual * post(w * y). */
    private void end(
            GraphDraft g, DeviceMatrix w, FloatArray y, DeviceNorm post, float residual, int n) {
        int hidden = spec.hidden();
        if (post.isNone()) {
            ops.product(g, new Product(w, y, act.x, n, hidden, 0, Ending.adding(residual)));
            return;
        }
        ops.product(g, new Product(w, y, act.h, n, hidden, 0, Ending.STORE));
        ops.normSlices(g, post, act.h, n, hidden / post.length(), hidden, 0);
        ops.add(g, act.x, act.h, n * hidden, residual);
    }

    /** The residual stream to logits[count][vocab] of the given rows. */
    void writeHead(GraphDraft g, IntArray rows, FloatArray logits, int count) {
        int hidden = spec.hidden();
        g.input(rows);
        g.output(logits);
        ops.gather(g, act.x, rows, act.last, count, hidden);
        if (!model.finalNorm().isNone()) {
            ops.normSlices(g, model.finalNorm(), act.last, count, 1, hidden, 0);
        }
        Ending ending = Ending.capping(spec.head().scale(), spec.head().softcap());
        ops.product(g, new Product(model.head(), act.last, logits, count, spec.vocab(), 0, ending));
    }
}
