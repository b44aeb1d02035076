package apus.openai.generate;

import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Every request field the server knows, one row each: what the code reads requests by and what the
 * documentation is made of.
 */
final class ParamTable {
    static final List<Param<?>> ALL =
            Stream.of(
                            ChatParams.ALL,
                            CompletionParams.ALL,
                            OutputParams.ALL,
                            SamplingParams.ALL,
                            LengthParams.ALL,
                            InertParams.ALL)
                    .<Param<?>>flatMap(List::stream)
                    .toList();

    private static final Map<Endpoint, Map<String, Param<?>>> BY_NAME = byName();

    private ParamTable() {}

    /** The row of a field of this name. */
    static Optional<Param<?>> find(Endpoint endpoint, String name) {
        return Optional.ofNullable(BY_NAME.get(endpoint).get(name));
    }

    private static Map<Endpoint, Map<String, Param<?>>> byName() {
        Map<Endpoint, Map<String, Param<?>>> all = new EnumMap<>(Endpoint.class);
        for (Endpoint endpoint : Endpoint.values()) {
            Map<String, Param<?>> rows = new HashMap<>();
            for (Param<?> param : ALL) {
                if (param.endpoints().contains(endpoint) && rows.put(param.name(), param) != null) {
                    throw new IllegalStateException("two rows for " + param + " of " + endpoint);
                }
            }
            all.put(endpoint, rows);
        }
        return all;
    }

    /** The table for docs/api.md. */
    static String markdown() {
        StringBuilder out = new StringBuilder();
        out.append("| Parameter | Endpoint | Type | Default | Range | Status | Remarks |\n");
        out.append("|---|---|---|---|---|---|---|\n");
        ALL.stream()
                .sorted(
                        Comparator.<Param<?>, Param.Status>comparing(Param::status)
                                .thenComparing(Param::name)
                                .thenComparing(p -> p.endpoints().toString()))
                .forEach(p ->
                        out.append("| `")
                                .append(p.name())
                                .append("` | ")
                                .append(
                                        p.endpoints().stream()
                                                .map(Endpoint::label)
                                                .collect(Collectors.joining(", ")))
                                .append(cell(p.kind().type()))
                                .append(
                                        cell(
                                                p.status() == Param.Status.HONOURED
                                                        ? p.defaultText()
                                                        : ""))
                                .append(cell(p.kind().range()))
                                .append(cell(p.status().label()))
                                .append(cell(p.note()))
                                .append(" |\n"));
        return out.toString();
    }

    private static String cell(String text) {
        return " | " + text.replace("|", "\\|");
    }
}
