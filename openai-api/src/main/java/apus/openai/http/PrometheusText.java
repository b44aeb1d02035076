package apus.openai.http;

import apus.runtime.Histogram;
import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;

/** Builds a page in Prometheus' text format, version 0.0.4. */
final class PrometheusText {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final StringBuilder out = new StringBuilder();

    /** Starts a family; its samples must follow. */
    PrometheusText family(String name, String type, String help) {
        out.append("# HELP ").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        return this;
    }

    PrometheusText sample(String name, Map<String, String> labels, double value) {
        return sample(name, labels, number(value));
    }

    PrometheusText sample(String name, Map<String, String> labels, long value) {
        return sample(name, labels, Long.toString(value));
    }

    private PrometheusText sample(String name, Map<String, String> labels, String value) {
        out.append(name);
        if (!labels.isEmpty()) {
            char before = '{';
            for (Map.Entry<String, String> label : new TreeMap<>(labels).entrySet()) {
                out.append(before).append(label.getKey()).append("=\"");
                out.append(escaped(label.getValue())).append('"');
                before = ',';
            }
            out.append('}');
        }
        out.append(' ').append(value).append('\n');
        return this;
    }

    PrometheusText histogram(
            String name, String help, Map<String, String> labels, Histogram.Snapshot values) {
        family(name, "histogram", help);
        long below = 0;
        for (int i = 0; i < values.counts().length; i++) {
            below += values.counts()[i];
            Map<String, String> bucket = new TreeMap<>(labels);
            bucket.put("le", i < values.bounds().length ? number(values.bounds()[i]) : "+Inf");
            sample(name + "_bucket", bucket, below);
        }
        sample(name + "_sum", labels, values.sum());
        sample(name + "_count", labels, values.count());
        return this;
    }

    String text() {
        return out.toString();
    }

    /** As Python's client writes it, which dashboards match bounds against: 1.0, 0.0001. */
    private static String number(double value) {
        if (!Double.isFinite(value)) {
            return "NaN";
        }
        BigDecimal plain = BigDecimal.valueOf(value).stripTrailingZeros();
        return (plain.scale() < 1 ? plain.setScale(1) : plain).toPlainString();
    }

    private static String escaped(String label) {
        return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
