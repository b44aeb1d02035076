package apus.openai.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** No text from outside becomes a path that leads anywhere but down. */
final class FileNamesPropertyTest {
    private static final Path ROOT = Path.of("/cache/root");

    /** Texts made of what paths are made of. */
    @Provide
    Arbitrary<String> names() {
        return Arbitraries.of(
                        "..",
                        ".",
                        "/",
                        "//",
                        "\\",
                        "a",
                        "config.json",
                        ":",
                        "~",
                        " ",
                        "\u0000",
                        "%2e",
                        "\u00e9",
                        "refs",
                        "-")
                .list()
                .ofMaxSize(6)
                .map(parts -> String.join("", parts));
    }

    @Property(tries = 2000)
    void acceptedNamesStayInTheirFolder(@ForAll("names") String name) {
        Repository repository = new Repository("org", "name");
        boolean accepted;
        try {
            FileNames.check(repository, List.of(name));
            accepted = true;
        } catch (HubException e) {
            accepted = false;
        }
        if (accepted) {
            assertStaysBelow(name);
        }
        if (FileNames.isPlain(name)) {
            assertTrue(accepted, name);
            assertEquals(ROOT, ROOT.resolve(name).normalize().getParent(), name);
        }
    }

    @Property(tries = 2000)
    void revisionsAndRepositoriesStayInTheirFolder(@ForAll("names") String name) {
        Revision.parse(name).ifPresent(revision -> assertStaysBelow(revision.text()));
        Repository.parse(name)
                .ifPresent(repository ->
                        assertEquals(ROOT, ROOT.resolve(repository.folder()).getParent(), name));
    }

    @Property(tries = 2000)
    void redirectsLeadToTheWebOrNowhere(@ForAll("names") String name, @ForAll String any) {
        for (String location : List.of(name, any, "http://" + any, "//" + name)) {
            try {
                var to = Addresses.redirect(HubOptions.PUBLIC, location);
                assertEquals("https", to.getScheme());
                assertTrue(Optional.ofNullable(to.getHost()).isPresent(), location);
            } catch (HubException e) {
                assertTrue(e.getMessage().startsWith("https://huggingface.co redirects to "));
            }
        }
    }

    private static void assertStaysBelow(String name) {
        Path path = ROOT.resolve(name);
        assertTrue(path.normalize().startsWith(ROOT), name);
        assertEquals(path.normalize(), path, name);
        assertTrue(path.getNameCount() > ROOT.getNameCount(), name);
    }
}
