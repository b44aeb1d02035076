package apus.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.conformance.Packs.Kind;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PacksTest {
    @TempDir Path dir;
    private Path own;

    @BeforeEach
    void makeOwnFolder() throws IOException {
        own = Files.createDirectory(dir.resolve("own"));
    }

    private Path pack(String path, String content, String... files) throws IOException {
        Path pack = Files.createDirectories(dir.resolve(path));
        for (String file : files) {
            Files.writeString(pack.resolve(file), content);
        }
        return pack;
    }

    @Test
    void theFilesOfAFolderSayWhatItIs() throws IOException {
        Path model = pack("own/a/model", "1", "config.json", "golden.json", "tokenizer.json");
        Path tokenizer = pack("own/a/b/c/d/tokenizer", "1", "tokenizer.json", "golden.json");
        Path templates = pack("own/templates", "1", "manifest.json");
        pack("own/none", "1", "golden.json");
        pack("own/config-only", "1", "config.json", "tokenizer.json");
        Packs packs = Packs.of(own, null);
        assertEquals(List.of(model), packs.find(Kind.MODEL));
        assertEquals(List.of(tokenizer), packs.find(Kind.TOKENIZER));
        assertEquals(List.of(templates), packs.find(Kind.TEMPLATES));
    }

    @Test
    void everyFolderOfTheListIsSearchedInItsOrder() throws IOException {
        Path mine = pack("own/z", "0", "manifest.json");
        Path second = pack("second/x", "1", "manifest.json");
        Path first = pack("first", "2", "manifest.json");
        String list =
                dir.resolve("second") + File.pathSeparator + File.pathSeparator + " " + first + " ";
        assertEquals(List.of(mine, second, first), Packs.of(own, list).find(Kind.TEMPLATES));
        assertEquals(List.of(mine), Packs.of(own, " ").find(Kind.TEMPLATES));
    }

    @Test
    void aFolderThatIsNotThereIsAnErrorAndNotAnEmptySearch() {
        String list = own + File.pathSeparator + dir.resolve("misspelt");
        String message =
                assertThrows(IllegalArgumentException.class, () -> Packs.of(own, list))
                        .getMessage();
        assertTrue(message.contains("misspelt: there is no such folder"), message);
    }

    @Test
    void aCopyUnderTheSameNameComesOnceAndADifferentOneTwice() throws IOException {
        Path mine = pack("own/gemma", "1", "config.json", "golden.json");
        pack("other/gemma", "1", "config.json", "golden.json");
        Path renamed = pack("other/gemma-b", "1", "config.json", "golden.json");
        Path changed = pack("third/gemma", "2", "config.json", "golden.json");
        Path more = pack("fourth/gemma", "1", "config.json", "golden.json", "more.json");
        String list =
                String.join(
                        File.pathSeparator,
                        dir.resolve("other").toString(),
                        dir.resolve("third").toString(),
                        dir.resolve("fourth").toString());
        assertEquals(List.of(mine, renamed, changed, more), Packs.of(own, list).find(Kind.MODEL));
    }

    @Test
    void foldersWithinAPackMakeItAnother() throws IOException {
        Path mine = pack("own/templates", "1", "manifest.json");
        Path other = pack("other/templates", "1", "manifest.json");
        pack("other/templates/golden", "1", "case.json");
        Packs packs = Packs.of(own, dir.resolve("other").toString());
        assertEquals(List.of(mine, other), packs.find(Kind.TEMPLATES));
    }

    @Test
    void linksAreFollowedAndCirclesEnd() throws IOException {
        Path model = pack("elsewhere/model", "1", "config.json", "golden.json");
        Files.createSymbolicLink(own.resolve("again"), own);
        Files.createSymbolicLink(own.resolve("a"), model);
        Files.createSymbolicLink(own.resolve("b"), model);
        Files.createSymbolicLink(own.resolve("broken"), dir.resolve("gone"));
        assertEquals(List.of(own.resolve("a")), Packs.of(own, null).find(Kind.MODEL));
    }

    @Test
    void aTallyCountsWhatWasRightOfWhatWasTried() {
        Tally tally = new Tally();
        assertEquals("nothing was tried", tally.toString());
        tally.tried("logits");
        tally.right("logits");
        tally.tried("logits");
        tally.tried("greedy");
        assertEquals("logits 1 of 2, greedy 0 of 1", tally.toString());
    }
}
