package apus.format.token;

/** Classes of characters, as the reference defines them. */
final class CharClass {
    private CharClass() {}

    /** The property White_Space. */
    static boolean space(int c) {
        return switch (c) {
            case 0x09,
                    0x0A,
                    0x0B,
                    0x0C,
                    0x0D,
                    0x20,
                    0x85,
                    0xA0,
                    0x1680,
                    0x2028,
                    0x2029,
                    0x202F,
                    0x205F,
                    0x3000 ->
                    true;
            default -> c >= 0x2000 && c <= 0x200A;
        };
    }
}
