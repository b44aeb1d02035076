package apus.openai.cli;

import apus.openai.config.ConfigurationReader;
import apus.openai.doctor.Diagnosis;
import apus.openai.doctor.Doctor;
import apus.openai.doctor.Finding;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * {@code apus doctor}: what is on this machine, whether it works, and what to do where it does not.
 * The exit code is 0 if everything that is there works, else 1.
 */
final class DoctorCommand implements Callable<Integer> {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final Terminal terminal;
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);

    DoctorCommand(Terminal terminal) {
        this.terminal = terminal;
        spec.usageMessage()
                .description(
                        "Look at Java, memory, GPU drivers and SDK, and try each backend beside the"
                                + " CPU's plain kernels.");
        spec.addOption(
                OptionSpec.builder("--json")
                        .type(boolean.class)
                        .initialValue(false)
                        .description("Print one JSON object.")
                        .build());
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() {
        Path cache =
                new ConfigurationReader(terminal.environment(), DemoModel::find)
                        .readPull(Map.of())
                        .hub()
                        .cache();
        Diagnosis diagnosis = Doctor.examine(terminal.environment(), cache, DemoModel.find());
        boolean json = spec.findOption("--json").getValue();
        terminal.out().print(json ? json(diagnosis) : text(diagnosis));
        terminal.out().flush();
        return diagnosis.healthy() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private static String text(Diagnosis diagnosis) {
        StringBuilder text = new StringBuilder();
        for (Finding finding : diagnosis.findings()) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            "%-8s%-20s%s%n",
                            word(finding.status()),
                            finding.name(),
                            finding.found()));
            if (!finding.advice().isEmpty()) {
                text.append(String.format(Locale.ROOT, "%28s-> %s%n", "", finding.advice()));
            }
        }
        return text.append(
                        diagnosis.healthy()
                                ? "Everything that is there works.\n"
                                : "Something that is there does not work; see above.\n")
                .toString();
    }

    private static String word(Finding.Status status) {
        return switch (status) {
            case OK -> "ok";
            case NOTE -> "-";
            case PROBLEM -> "PROBLEM";
        };
    }

    private static String json(Diagnosis diagnosis) {
        ObjectNode json = JSON.createObjectNode();
        json.put("healthy", diagnosis.healthy());
        ArrayNode findings = json.putArray("findings");
        for (Finding finding : diagnosis.findings()) {
            findings.addObject()
                    .put("name", finding.name())
                    .put("status", finding.status().name().toLowerCase(Locale.ROOT))
                    .put("found", finding.found())
                    .put("advice", finding.advice().isEmpty() ? null : finding.advice());
        }
        try {
            return JSON.writeValueAsString(json) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
