package apus.openai.http;

/** What part of a client's text an error message may show. */
final class Text {
    private static final int MAX = 100;

    private Text() {}

    static String shortened(String text) {
        return text.length() <= MAX ? text : text.substring(0, MAX) + "...";
    }
}
