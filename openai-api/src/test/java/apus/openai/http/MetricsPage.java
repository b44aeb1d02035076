package apus.openai.http;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes docs/metrics.md from what /metrics says of itself. */
final class MetricsPage {
    private static final Pattern FAMILY =
            Pattern.compile("# HELP (\\S+) (.*)\n# TYPE \\S+ (\\S+)\n(?:[^#{]+\\{([^}]*)\\})?");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"");

    private static final String HEAD =
            """
            # Metrics

            <!-- Written from a server's own page of metrics; MetricsPageTest compares. -->

            `GET /metrics` answers in Prometheus' text format 0.0.4, without a key unless METRICS_AUTH says otherwise. Families of the
            engine have the names and labels of vLLM, so that dashboards and gateways made for it work; they appear when the
            model is open. What vLLM does not count is named `apus:`. Lengths and times of requests are added when a request ends.

            A request of several choices is one request, as is each prompt of a list. Its prompt counts once.

            | Family | Type | Labels | What |
            |---|---|---|---|
            """;

    private MetricsPage() {}

    static String render(String metrics) {
        StringBuilder page = new StringBuilder(HEAD);
        Matcher family = FAMILY.matcher(metrics);
        while (family.find()) {
            page.append("| `").append(family.group(1)).append("` | ");
            page.append(family.group(3)).append(" | ");
            page.append(labels(family.group(4) == null ? "" : family.group(4))).append(" | ");
            page.append(family.group(2)).append(" |\n");
        }
        return page.toString();
    }

    /** Names, but for the bounds of a histogram, which its type implies. */
    private static String labels(String sample) {
        StringBuilder names = new StringBuilder();
        Matcher label = LABEL.matcher(sample);
        while (label.find()) {
            if (!label.group(1).equals("le")) {
                names.append(names.isEmpty() ? "" : ", ").append('`');
                names.append(label.group(1)).append('`');
            }
        }
        return names.toString();
    }
}
