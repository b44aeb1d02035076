package apus.runtime.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

final class Utf8Test {
    /** Tables 3-8 to 3-11 of the Unicode standard, and what may follow. */
    @Test
    void brokenCharactersEndWhereTheStandardSays() {
        parts("C0AFE080BFF0818241", 1, 1, 1, 1, 1, 1, 1, 1, 0);
        parts("EDA080EDBFBFEDAF41", 1, 1, 1, 1, 1, 1, 1, 1, 0);
        parts("F4919293FF4180BF42", 1, 1, 1, 1, 1, 0, 1, 1, 0);
        parts("E180E2F09192F1BF41", 2, 1, 3, 2, 0);
        parts("F0908080F48FBFBFF09F98", 0, 0, 3);
        parts("C2C280E0A0ED9F", 1, 0, 2, 2);
        parts("F5808080F880C1BF", 1, 1, 1, 1, 1, 1, 1, 1);
    }

    @Test
    void everyCharacterMatchesItsOwnBytesOnly() {
        for (int c = 0; c < 0x110000; c += c < 0x3000 ? 1 : 97) {
            if (Character.getType(c) == Character.SURROGATE) {
                continue;
            }
            byte[] bytes = ("x" + Character.toString(c)).getBytes(StandardCharsets.UTF_8);
            int length = bytes.length - 1;
            assertEquals(length, Utf8.matchLength(bytes, 1, bytes.length, c));
            assertEquals(length, Utf8.length(bytes[1]));
            assertEquals(0, Utf8.brokenLength(bytes, 1, bytes.length));
            assertEquals(0, Utf8.matchLength(bytes, 1, bytes.length - 1, c));
            assertEquals(0, Utf8.matchLength(bytes, 1, bytes.length, c ^ 1));
            assertEquals(0, Utf8.matchLength(bytes, 1, bytes.length, c ^ 0x40));
        }
    }

    /** Lengths of the broken parts; 0 stands for a whole character. */
    private static void parts(String hex, Integer... wanted) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        List<Integer> parts = new ArrayList<>();
        for (int at = 0; at < bytes.length; ) {
            int part = Utf8.brokenLength(bytes, at, bytes.length);
            parts.add(part);
            at += part == 0 ? Utf8.length(bytes[at]) : part;
        }
        assertEquals(List.of(wanted), parts, hex);
    }
}
