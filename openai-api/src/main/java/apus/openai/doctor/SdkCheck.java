package apus.openai.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The TornadoVM SDK, and whether this JVM was started with it. */
final class SdkCheck {
    private static final String NAME = "TornadoVM SDK";
    private static final String INSTALL =
            "for a GPU, install an SDK for JDK 25 (sdk install tornadovm, or an archive of its"
                    + " releases) and let TORNADOVM_HOME name its folder; docs/gpu.md says more";
    private static final Pattern FOR_JDK = Pattern.compile(".*-jdk(\\d+).*");

    private SdkCheck() {}

    /**
     * @param java feature version of this JVM
     * @param running whether TornadoVM's modules are in this JVM
     */
    static List<Finding> of(Machine machine, int java, boolean running) {
        Optional<Sdk> found = Sdk.of(machine);
        if (found.isEmpty()) {
            return List.of(
                    Finding.note(
                            NAME, "none (TORNADOVM_HOME and TORNADO_SDK are not set)", INSTALL));
        }
        Sdk sdk = found.get();
        if (!sdk.complete()) {
            return List.of(
                    Finding.problem(
                            NAME,
                            sdk.variable()
                                    + " is "
                                    + sdk.folder()
                                    + ", where there is no share/java/tornado and tornado-argfile",
                            "let it name the SDK's own folder, or unset it"));
        }
        List<Finding> findings = new ArrayList<>();
        String version = sdk.version().orElse("of unknown version");
        String what =
                version
                        + " in "
                        + sdk.folder()
                        + " ("
                        + sdk.variable()
                        + "), for "
                        + String.join(", ", sdk.backends());
        Matcher jdk = FOR_JDK.matcher(version);
        if (jdk.matches() && Integer.parseInt(jdk.group(1)) != java) {
            findings.add(
                    Finding.problem(
                            NAME,
                            what
                                    + ", made for JDK "
                                    + jdk.group(1)
                                    + ", while this is Java "
                                    + java,
                            "install the SDK for JDK " + java));
        } else if (sdk.backends().isEmpty()) {
            findings.add(
                    Finding.problem(NAME, what + "no device", "install an SDK with a backend"));
        } else if (sdk.backends().size() > 1) {
            findings.add(
                    Finding.note(
                            NAME,
                            what,
                            "an SDK for one backend only starts even where the other's driver is missing"));
        } else {
            findings.add(Finding.ok(NAME, what));
        }
        if (!running) {
            findings.add(
                    Finding.note(
                            "TornadoVM in Java",
                            "this JVM was started without the SDK's flags",
                            "start with bin/apus, without --backend cpu and BACKEND=cpu; in a source"
                                    + " checkout it builds the GPU backend then"));
        }
        return findings;
    }
}
