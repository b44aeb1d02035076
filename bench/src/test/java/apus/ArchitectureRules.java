package apus;

import java.util.List;

/**
 * Who may use what. The rule with the longest package that a class lies in decides about it.
 *
 * <p>Of the JDK everything is free but the names in {@code never} and {@link #NEVER}; of all else
 * nothing but the names in {@code may}. A name that ends with a dot stands for everything below it;
 * one that ends with {@code .*}, for the classes of that package alone; any other is a class, its
 * nested ones included.
 *
 * @param classes package, with all below it
 * @param may beside the JDK
 * @param never of the JDK
 * @param floats whether its code may compute with float or double
 */
record ArchitectureRules(String classes, List<String> may, List<String> never, boolean floats) {
    /** Of the JDK, unless a rule's {@code may} has it. */
    static final List<String> NEVER =
            List.of(
                    "jdk.incubator.",
                    "jdk.internal.",
                    "sun.misc.",
                    "sun.reflect.",
                    // Foreign functions: whoever calls one can also make memory executable.
                    "java.lang.foreign.Linker",
                    "com.sun.tools.");

    private static final List<String> REFLECTION =
            List.of("java.lang.reflect.", "java.lang.ClassLoader");
    private static final List<String> FILES = List.of("java.io.File", "java.nio.file.");
    private static final List<String> THREADS =
            List.of(
                    "java.lang.foreign.",
                    "java.lang.Thread",
                    "java.lang.VirtualThread",
                    "java.util.concurrent.");

    static final List<ArchitectureRules> ALL =
            List.of(
                    // For the tests of the other modules.
                    rule("apus.conformance.", "apus.conformance.", "com.fasterxml.jackson."),
                    // Bytes on disk to records.
                    rule("apus.format.", "apus.format.*", "com.fasterxml.jackson."),
                    rule("apus.format.spec.", "apus.format.*", "apus.format.spec."),
                    rule("apus.format.regex.", "apus.format.*", "apus.format.regex."),
                    rule(
                            "apus.format.token.",
                            "apus.format.*",
                            "apus.format.regex.",
                            "apus.format.token.",
                            "com.fasterxml.jackson."),
                    rule("apus.format.checkpoint.", "apus.format.", "com.fasterxml.jackson."),
                    // The seam, and the backends behind it.
                    rule("apus.kernels.", "apus.format.", "apus.kernels.*"),
                    rule(
                            "apus.kernels.cpu.",
                            "apus.format.",
                            "apus.kernels.*",
                            "apus.kernels.cpu.*",
                            "apus.kernels.cpu.tile.TileKernels",
                            "apus.kernels.cpu.tile.PairTiler",
                            "apus.kernels.cpu.tile.QuadTiler"),
                    // Asks the system for large pages.
                    rule(
                            "apus.kernels.cpu.Pages",
                            "apus.kernels.*",
                            "apus.kernels.cpu.*",
                            "java.lang.foreign.Linker"),
                    // Calls machine code of its own.
                    rule(
                            "apus.kernels.cpu.tile.",
                            "apus.format.",
                            "apus.kernels.*",
                            "apus.kernels.cpu.*",
                            "apus.kernels.cpu.tile.*",
                            "java.lang.foreign.Linker"),
                    rule(
                            "apus.kernels.cpu.simd.",
                            "apus.format.",
                            "apus.kernels.*",
                            "apus.kernels.cpu.*",
                            "apus.kernels.cpu.simd.*",
                            "apus.kernels.cpu.tile.DigitWriter",
                            "apus.kernels.cpu.tile.PairInputs",
                            "apus.kernels.cpu.tile.PartSplitter",
                            "apus.kernels.cpu.tile.PlainScaler",
                            "apus.kernels.cpu.tile.QuadInputs",
                            "apus.kernels.cpu.tile.SumScaler",
                            "jdk.incubator.vector."),
                    rule(
                            "apus.kernels.tornado.",
                            "apus.format.",
                            "apus.kernels.*",
                            "apus.kernels.tornado.",
                            "uk.ac.manchester.tornado."),
                    // The engine: integers and text.
                    rule("apus.runtime.", "apus.format.", "apus.kernels.*", "apus.runtime."),
                    new ArchitectureRules(
                            "apus.runtime.sched.",
                            List.of("apus.kernels.*", "apus.runtime.sched."),
                            THREADS,
                            false),
                    rule(
                            "apus.runtime.sample.",
                            "apus.format.",
                            "apus.runtime.*",
                            "apus.runtime.sample."),
                    new ArchitectureRules(
                            "apus.runtime.template.",
                            List.of("apus.format.*", "apus.runtime.*", "apus.runtime.template."),
                            join(REFLECTION, FILES),
                            true),
                    // The server.
                    rule(
                            "apus.openai.",
                            "apus.openai.",
                            "apus.runtime.",
                            "apus.format.ApusException",
                            "apus.format.ModelFormatException",
                            "apus.format.UnsupportedModelException",
                            "apus.format.checkpoint.ModelDefaults",
                            "apus.format.token.Tokenizer",
                            "apus.format.token.StreamDecoder",
                            "io.helidon.",
                            "com.fasterxml.jackson.",
                            "picocli."),
                    rule(
                            "apus.openai.hub.",
                            "apus.openai.hub.",
                            "apus.format.ApusException",
                            "com.fasterxml.jackson."),
                    // Sees all; nobody sees it.
                    rule(
                            "apus.bench.",
                            "apus.",
                            "io.helidon.",
                            "com.fasterxml.jackson.",
                            "picocli.",
                            "org.openjdk.jmh.",
                            "jdk.incubator.vector."));

    private static ArchitectureRules rule(String classes, String... may) {
        return new ArchitectureRules(classes, List.of(may), List.of(), true);
    }

    private static List<String> join(List<String> a, List<String> b) {
        return java.util.stream.Stream.concat(a.stream(), b.stream()).toList();
    }

    /** The rule for a class. */
    static ArchitectureRules of(String className) {
        return ALL.stream()
                .filter(rule -> className.startsWith(rule.classes))
                .max(java.util.Comparator.comparingInt(rule -> rule.classes.length()))
                .orElseThrow(
                        () -> new AssertionError(className + ": no rule says what it may use"));
    }

    /** Whether a class under this rule may use another. */
    boolean allows(String used) {
        if (may.stream().anyMatch(name -> covers(name, used))) {
            return true;
        }
        boolean ofTheJdk = used.startsWith("java.") || used.startsWith("javax.");
        return (ofTheJdk || isJdkInternal(used))
                && never.stream().noneMatch(n -> covers(n, used))
                && NEVER.stream().noneMatch(n -> covers(n, used));
    }

    private static boolean isJdkInternal(String used) {
        return used.startsWith("jdk.") || used.startsWith("sun.") || used.startsWith("com.sun.");
    }

    private static boolean covers(String name, String used) {
        if (name.endsWith(".*")) {
            String prefix = name.substring(0, name.length() - 1);
            return used.startsWith(prefix) && used.indexOf('.', prefix.length()) < 0;
        }
        return name.endsWith(".")
                ? used.startsWith(name)
                : used.equals(name) || used.startsWith(name + "$");
    }
}
