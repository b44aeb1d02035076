package apus.kernels.cpu.tile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every step may be refused; each time there is a reason and nothing is left behind. */
final class TileSupportTest {
    private final FakeHost host = new FakeHost();

    private String reason() {
        return assertThrows(
                        Host.Refused.class, () -> TileSupport.request(host, new CodePages(host)))
                .getMessage();
    }

    @Test
    void anotherPlatformIsAskedNothing() {
        host.platform = "Mac OS X on aarch64";
        assertEquals(
                Optional.of("tiles are used on Linux on amd64, this is Mac OS X on aarch64"),
                TileSupport.missing(host));
        assertTrue(reason().contains("Mac OS X"));
        assertEquals(List.of(), host.asked);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                               | amx_tile, amx_bf16, amx_int8, avx2",
                "fpu avx2                         | amx_tile, amx_bf16, amx_int8",
                "avx2 amx_tile amx_int8           | amx_bf16",
                "avx2 amx_bf16 xamx_tile amx_int8 | amx_tile",
                "avx2 amx_tile amx_bf16           | amx_int8",
                "avx amx_tile amx_bf16 amx_int8   | avx2",
            })
    void aProcessorWithoutTilesIsAskedNoMore(String flags, String lacking) {
        host.flags = flags;
        assertTrue(TileSupport.missing(host).orElseThrow().contains("(no " + lacking + ")"));
        assertTrue(reason().contains("(no " + lacking + ")"));
        assertEquals(List.of("flags", "flags"), host.asked);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "flags   | flags",
                "tiles   | flags tiles",
                "map     | flags tiles map",
            })
    void theFirstRefusalEndsItWithItsReason(String step, String asked) {
        host.refusing = step;
        assertEquals("no " + step + " today", reason());
        assertEquals(List.of(asked.split(" ", -1)), host.asked);
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
    void pagesThatMayNotBecomeExecutableGoBack() {
        host.refusing = "execute";
        assertEquals("no execute today", reason());
        assertEquals(List.of("flags", "tiles", "map", "execute", "unmap"), host.asked);
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
    void nothingStaysMappedWhenAllIsGranted() throws Host.Refused {
        TileSupport.request(host, new CodePages(host));
        assertEquals(List.of("flags", "tiles", "map", "execute", "unmap"), host.asked);
    }

    /** The real calls on whatever machine this is: an answer or a reason, never a crash. */
    @Test
    void thisMachineAnswers() {
        Host real = new LinuxHost();
        Optional<String> missing = TileSupport.missing(real);
        String said;
        try {
            TileSupport.request(real, new CodePages(real));
            said = "granted";
            assertTrue(missing.isEmpty(), missing.toString());
        } catch (Host.Refused e) {
            said = e.getMessage();
            missing.ifPresent(reason -> assertEquals(reason, e.getMessage()));
        }
        System.out.println("matrix tiles on this machine: " + said);
    }

    /** Asked although the flags say no, so that the call itself is seen to be answered. */
    @Test
    @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
    void theKernelAnswersWhereTheProcessorHasNoTiles() {
        Host real = new LinuxHost();
        if (TileSupport.missing(real).isEmpty()) {
            return; // would be granted for good
        }
        Host.Refused refused = assertThrows(Host.Refused.class, real::requestTiles);
        assertTrue(refused.getMessage().startsWith("the kernel does not grant tiles: "));
        System.out.println(refused.getMessage());
    }

    @Test
    void errorsHaveWords() {
        assertTrue(LinuxHost.reason(13).contains("EACCES"));
        assertTrue(LinuxHost.reason(95).contains("EOPNOTSUPP"));
        assertEquals("error 77", LinuxHost.reason(77));
    }
}
