package apus.openai.cli;

import apus.runtime.ModelReport;
import java.util.Locale;

/** A model report for people. */
final class InspectText {
    private final StringBuilder text = new StringBuilder();

    private InspectText() {}

    static String of(ModelReport report, boolean tensors) {
        InspectText out = new InspectText();
        out.line("model", report.directory().toString());
        out.line("architecture", String.join(", ", report.architectures()));
        report.shape().ifPresent(out::shape);
        out.weights(report);
        out.memory(report);
        out.line(
                "tokenizer",
                report.tokenizer().vocab().isPresent()
                        ? String.format(
                                Locale.ROOT, "%,d ids", report.tokenizer().vocab().getAsInt())
                        : "cannot be read");
        if (!report.backends().isEmpty()) {
            out.line(
                    "chat template",
                    report.chatTemplate().isPresent()
                            ? String.format(
                                    Locale.ROOT, "%,d characters", report.chatTemplate().getAsInt())
                            : "none: completions only");
        }
        for (ModelReport.Backend backend : report.backends()) {
            out.line(
                    "backend " + backend.name(),
                    backend.takes()
                            ? "takes it" + (backend.about().isEmpty() ? "" : ": " + backend.about())
                            : "does not take it: " + backend.reason());
        }
        report.failedBackends().forEach(failure -> out.line("backend", failure));
        report.problems().forEach(problem -> out.line("problem", problem));
        out.line("verdict", report.usable() ? "can be served" : "cannot be served");
        if (tensors) {
            report.tensors().forEach(t -> out.line(t.format(), t.shape() + " " + t.name()));
        }
        return out.text.toString();
    }

    private void shape(ModelReport.Shape shape) {
        line("family", shape.family());
        line(
                "layers",
                String.format(
                        Locale.ROOT,
                        "%d, hidden %d, heads %d, key/value heads %d, head size %d",
                        shape.layers(),
                        shape.hidden(),
                        shape.heads(),
                        shape.kvHeads(),
                        shape.headDim()));
        line("vocabulary", String.format(Locale.ROOT, "%,d", shape.vocab()));
        line("context", String.format(Locale.ROOT, "%,d tokens", shape.context()));
        line(
                "cache",
                String.format(
                        Locale.ROOT,
                        "%s per token, %s for a full context",
                        Bytes.text(shape.kvBytesPerToken()),
                        Bytes.text(shape.kvBytesPerToken() * shape.heldTokens())));
        if (shape.heldTokens() < shape.context()) {
            line(
                    "window",
                    String.format(Locale.ROOT, "%,d tokens, in every layer", shape.heldTokens()));
        }
    }

    private void weights(ModelReport report) {
        report.quantization().ifPresent(method -> line("quantised", method));
        line(
                "weights",
                String.format(
                        Locale.ROOT,
                        "%,d parameters in %d tensors, %s in %d files",
                        report.parameters(),
                        report.tensors().size(),
                        Bytes.text(report.bytes()),
                        report.files().size()));
        report.formats()
                .forEach((format, sum) ->
                        line(
                                "  " + format,
                                String.format(
                                        Locale.ROOT,
                                        "%,d parameters in %d tensors, %s",
                                        sum.parameters(),
                                        sum.tensors(),
                                        Bytes.text(sum.bytes()))));
    }

    private void memory(ModelReport report) {
        if (report.memory().isPresent()) {
            line(
                    "memory",
                    String.format(
                            Locale.ROOT,
                            "%s: weights %s, keys and values of one full context %s",
                            Bytes.text(report.memory().getAsLong()),
                            Bytes.text(report.weightMemory().getAsLong()),
                            Bytes.text(
                                    report.memory().getAsLong()
                                            - report.weightMemory().getAsLong())));
        }
    }

    private void line(String name, String value) {
        text.append(String.format(Locale.ROOT, "%-16s%s%n", name, value));
    }
}
