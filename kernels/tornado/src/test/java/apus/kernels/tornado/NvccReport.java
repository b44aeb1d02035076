package apus.kernels.tornado;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What nvcc says of generated sources. Those that differ only in the name of the kernel are one: a
 * kernel is generated for every layer.
 *
 * @param sources files, as many as there were names
 * @param distinct those that differ otherwise, by the constants that are folded into them
 * @param methods of Java that they come from
 * @param refused by nvcc, or since they lose bits
 * @param messages about those
 */
record NvccReport(int sources, int distinct, int methods, int refused, String messages) {
    private static final Pattern NAME = Pattern.compile("__global__ void (?:\\S+ )*?(\\w+)\\(");

    /** TornadoVM keeps what its bfloat16 functions return in a short, arithmetic and all. */
    private static final Pattern LOST_BITS = Pattern.compile("\\bsh_\\d+\\s*=\\s*\\w+ << ");

    private static final String ARCH = "-arch=sm_90";
    private static final int SECONDS = 60;

    static NvccReport of(Path folder) throws IOException, InterruptedException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(p -> p.toString().endsWith(".cu")).sorted().toList();
        }
        Map<String, Path> distinct = new TreeMap<>();
        TreeSet<String> methods = new TreeSet<>();
        for (Path file : files) {
            String source = Files.readString(file);
            Matcher matcher = NAME.matcher(source);
            if (!matcher.find()) {
                throw new IOException(file + " has no kernel");
            }
            String name = matcher.group(1);
            methods.add(name.replaceAll("^.*_", ""));
            distinct.putIfAbsent(source.replace(name, "kernel"), file);
        }
        List<String> messages = new ArrayList<>();
        for (Map.Entry<String, Path> entry : distinct.entrySet()) {
            if (LOST_BITS.matcher(entry.getKey()).find()) {
                messages.add(entry.getValue() + "\na short is shifted to where its bits are lost");
            }
        }
        for (Path file : distinct.values()) {
            Process nvcc =
                    new ProcessBuilder("nvcc", ARCH, "-cubin", "-o", file + "bin", file.toString())
                            .redirectErrorStream(true)
                            .start();
            String said;
            try (InputStream in = nvcc.getInputStream()) {
                said = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
            if (!nvcc.waitFor(SECONDS, TimeUnit.SECONDS) || nvcc.exitValue() != 0) {
                nvcc.destroyForcibly();
                messages.add(file + "\n" + said);
            }
        }
        return new NvccReport(
                files.size(),
                distinct.size(),
                methods.size(),
                messages.size(),
                String.join("\n", messages));
    }

    @Override
    public String toString() {
        return "%d sources of %d methods, %d distinct: nvcc %s accepted %d, refused %d"
                .formatted(sources, methods, distinct, ARCH, distinct - refused, refused);
    }
}
