package apus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@link ArchitectureRules}, held against every class of every module. */
final class ArchitectureTest {
    @Test
    void everyClassUsesOnlyWhatItsLayerMay() throws IOException {
        List<String> broken = new ArrayList<>();
        List<ClassUse> classes = classes();
        classes.forEach(use -> broken.addAll(violations(use)));
        assertEquals(List.of(), broken);
        // The classes were there to be looked at.
        for (String name :
                List.of(
                        "apus.format.SafetensorsFile",
                        "apus.format.spec.LlamaFamily",
                        "apus.format.token.BpeModel",
                        "apus.format.checkpoint.Checkpoint",
                        "apus.kernels.Batch",
                        "apus.kernels.cpu.CpuExecutor",
                        "apus.runtime.Request")) {
            assertTrue(
                    classes.stream().anyMatch(c -> c.name().equals(name)), name + " was not seen");
        }
        assertTrue(classes.stream().anyMatch(c -> c.name().startsWith("apus.openai.")));
    }

    @ParameterizedTest
    @CsvSource({
        "apus.format.SafetensorsFile, apus.format.spec.ModelSpec",
        "apus.format.spec.LlamaFamily, apus.kernels.Batch",
        "apus.format.spec.LlamaFamily, com.fasterxml.jackson.databind.JsonNode",
        "apus.format.token.BpeModel, apus.format.spec.ModelSpec",
        "apus.format.checkpoint.Checkpoint, jdk.incubator.vector.FloatVector",
        "apus.kernels.Batch, apus.kernels.cpu.CpuExecutor",
        "apus.kernels.Batch, com.fasterxml.jackson.databind.JsonNode",
        "apus.kernels.cpu.CpuExecutor, jdk.incubator.vector.FloatVector",
        "apus.kernels.cpu.CpuExecutor, apus.kernels.cpu.simd.VectorKernels",
        "apus.kernels.cpu.CpuExecutor, apus.kernels.cpu.tile.CodePages",
        "apus.kernels.cpu.CpuExecutor, java.lang.foreign.Linker",
        "apus.kernels.cpu.tile.TileKernels, jdk.incubator.vector.FloatVector",
        "apus.kernels.cpu.CpuExecutor, apus.runtime.Request",
        "apus.kernels.cpu.CpuExecutor, sun.misc.Unsafe",
        "apus.kernels.tornado.Plans, apus.kernels.cpu.CpuExecutor",
        "apus.runtime.Engine, apus.kernels.cpu.CpuExecutor",
        "apus.runtime.Engine, io.helidon.webserver.WebServer",
        "apus.runtime.Engine, com.fasterxml.jackson.databind.JsonNode",
        "apus.runtime.Engine, apus.openai.Main",
        "apus.runtime.Engine, apus.bench.Main",
        "apus.runtime.sched.Scheduler, java.lang.foreign.MemorySegment",
        "apus.runtime.sched.Scheduler, java.lang.Thread",
        "apus.runtime.sched.Scheduler, java.util.concurrent.locks.Lock",
        "apus.runtime.sched.Scheduler, apus.runtime.Request",
        "apus.runtime.sample.Sampler, apus.runtime.sched.Scheduler",
        "apus.runtime.template.ChatTemplate, java.lang.reflect.Method",
        "apus.runtime.template.ChatTemplate, java.nio.file.Files",
        "apus.openai.Main, apus.kernels.Executor",
        "apus.openai.Main, apus.format.checkpoint.Checkpoint",
        "apus.openai.Main, apus.format.token.BpeModel",
        "apus.openai.Main, org.slf4j.Logger",
    })
    void aForbiddenUseIsFound(String user, String used) {
        // Once as a field's type, once as the element of an array that is made.
        assertEquals(List.of(user + " uses " + used), violations(withField(user, used)));
        assertEquals(List.of(user + " uses " + used), violations(withArray(user, used)));
    }

    @ParameterizedTest
    @CsvSource({
        "apus.format.spec.LlamaFamily, apus.format.JsonObject",
        "apus.kernels.cpu.simd.VectorKernels, jdk.incubator.vector.FloatVector",
        "apus.kernels.cpu.tile.CodePages, java.lang.foreign.Linker",
        "apus.kernels.tornado.Plans, uk.ac.manchester.tornado.api.TaskGraph",
        "apus.runtime.Engine, apus.format.checkpoint.Checkpoint",
        "apus.runtime.sched.Scheduler, apus.kernels.Batch",
        "apus.openai.Main, apus.format.token.Tokenizer",
        "apus.openai.Main, apus.format.UnsupportedModelException",
        "apus.openai.Main, apus.runtime.template.ChatTemplate",
        "apus.bench.Main, apus.openai.Main",
    })
    void anAllowedUseIsNot(String user, String used) {
        assertEquals(List.of(), violations(withField(user, used)));
        assertEquals(List.of(), violations(withArray(user, used)));
    }

    @Test
    void arithmeticWithFloatsIsFoundInTheSchedulerAndNowhereElse() {
        String wanted = "apus.runtime.sched.Policy.half computes with floats";
        assertEquals(List.of(wanted), violations(withFloat("apus.runtime.sched.Policy")));
        assertEquals(List.of(), violations(withFloat("apus.runtime.Engine")));
    }

    private static List<String> violations(ClassUse use) {
        ArchitectureRules rule = ArchitectureRules.of(use.name());
        List<String> broken = new ArrayList<>();
        for (String used : use.uses()) {
            if (!rule.allows(used)) {
                broken.add(use.name() + " uses " + used);
            }
        }
        if (!rule.floats()) {
            use.floatMethods()
                    .forEach(m -> broken.add(use.name() + "." + m + " computes with floats"));
        }
        return broken;
    }

    private static ClassUse withField(String user, String used) {
        return ClassUse.of(
                ClassFile.of()
                        .build(
                                ClassDesc.of(user),
                                c -> c.withField("field", ClassDesc.of(used), 0)));
    }

    private static ClassUse withArray(String user, String used) {
        return ClassUse.of(
                ClassFile.of()
                        .build(
                                ClassDesc.of(user),
                                c ->
                                        c.withMethodBody(
                                                "make",
                                                MethodTypeDesc.of(ConstantDescs.CD_void),
                                                ClassFile.ACC_STATIC,
                                                code ->
                                                        code.iconst_1()
                                                                .anewarray(
                                                                        ClassDesc.of(used)
                                                                                .arrayType())
                                                                .pop()
                                                                .return_())));
    }

    private static ClassUse withFloat(String user) {
        return ClassUse.of(
                ClassFile.of()
                        .build(
                                ClassDesc.of(user),
                                c ->
                                        c.withMethodBody(
                                                "half",
                                                MethodTypeDesc.of(
                                                        ConstantDescs.CD_int, ConstantDescs.CD_int),
                                                ClassFile.ACC_STATIC,
                                                code -> code.iload(0).i2f().f2i().ireturn())));
    }

    /** All classes of the modules on the class path, be they folders or jars; tests are not. */
    private static List<ClassUse> classes() throws IOException {
        List<ClassUse> classes = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path path = Path.of(entry);
            if (Files.isDirectory(path) && path.endsWith("target/classes")) {
                read(path, classes);
            } else if (path.getFileName().toString().matches("apus-.*\\.jar")) {
                try (FileSystem jar = FileSystems.newFileSystem(path)) {
                    read(jar.getPath("/"), classes);
                }
            }
        }
        return classes;
    }

    private static void read(Path root, List<ClassUse> classes) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String name = file.toString();
                if (name.endsWith(".class") && !name.endsWith("-info.class")) {
                    try (InputStream in = Files.newInputStream(file)) {
                        classes.add(ClassUse.of(in.readAllBytes()));
                    }
                }
            }
        }
    }
}
