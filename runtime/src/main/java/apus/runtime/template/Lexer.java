package apus.runtime.template;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Cuts a template into tokens and applies the white space rules that chat templates are written
 * for: {@code trim_blocks} (the line end after a block tag goes), {@code lstrip_blocks} (blanks
 * before a block tag that starts its line go), and the signs {@code -} and {@code +} beside a mark.
 *
 * <p>Source of the rules: the Jinja template documentation, "Whitespace Control".
 */
final class Lexer {
    private static final String[] OPERATORS = {
        "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{",
        "}", ">", "<", "=", ".", ":", "|", ",", ";"
    };

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int pos;
    private int line = 1;
    private int counted;

    private Lexer(String source) {
        this.source = source;
    }

    /** All tokens, the last of kind END. */
    static List<Token> tokens(String source) {
        String text = source.replace("\r\n", "\n").replace('\r', '\n');
        if (text.endsWith("\n")) {
            text = text.substring(0, text.length() - 1);
        }
        Lexer lexer = new Lexer(text);
        lexer.template();
        return lexer.tokens;
    }

    private void template() {
        while (pos < source.length()) {
            int open = nextMark(pos);
            if (open < 0) {
                data(source.substring(pos), pos);
                pos = source.length();
                break;
            }
            char mark = source.charAt(open + 1);
            int raw = mark == '%' ? keywordTag(open, "raw") : -1;
            char sign = signAfter(open);
            data(stripped(pos, open, sign, mark != '{'), pos);
            if (raw >= 0) {
                pos = raw;
                raw(open);
            } else {
                pos = open + 2 + (sign == ' ' ? 0 : 1);
                if (mark == '#') {
                    comment(open);
                } else {
                    add(mark == '%' ? Token.Kind.BLOCK_BEGIN : Token.Kind.VARIABLE_BEGIN, "", open);
                    tag(mark == '%', open);
                }
            }
        }
        add(Token.Kind.END, "", source.length());
    }

    private int nextMark(int from) {
        for (int i = source.indexOf('{', from); i >= 0; i = source.indexOf('{', i + 1)) {
            if (i + 1 < source.length() && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    private char signAfter(int open) {
        char c = open + 2 < source.length() ? source.charAt(open + 2) : ' ';
        return c == '-' || c == '+' ? c : ' ';
    }

    /** The text before a mark, without the white space that the mark takes away. */
    private String stripped(int from, int to, char sign, boolean lstripBlocks) {
        if (sign == '-') {
            int end = to;
            while (end > from && Chars.isSpace(source.charAt(end - 1))) {
                end--;
            }
            return source.substring(from, end);
        }
        if (sign == ' ' && lstripBlocks) {
            int start = to;
            while (start > from && source.charAt(start - 1) != '\n') {
                start--;
            }
            boolean atLineStart = start == 0 || source.charAt(start - 1) == '\n';
            if (atLineStart && Chars.isBlank(source, start, to)) {
                return source.substring(from, start);
            }
        }
        return source.substring(from, to);
    }

    /** Where the text after a tag like {@code {% raw %}} goes on; -1 if it is another tag. */
    private int keywordTag(int open, String keyword) {
        int i = skipSpace(open + 2 + (signAfter(open) == ' ' ? 0 : 1));
        if (!source.startsWith(keyword, i)) {
            return -1;
        }
        i = skipSpace(i + keyword.length());
        if (source.startsWith("-%}", i)) {
            return skipSpace(i + 3);
        }
        if (keyword.equals("endraw")) {
            return afterBlockEnd(i);
        }
        return source.startsWith("%}", i) ? i + 2 : -1;
    }

    /** Where the text goes on after the end of a block tag at {@code i}; -1 if there is none. */
    private int afterBlockEnd(int i) {
        if (source.startsWith("-%}", i)) {
            return skipSpace(i + 3);
        }
        if (source.startsWith("+%}", i)) {
            return i + 3;
        }
        if (source.startsWith("%}", i)) {
            return source.startsWith("\n", i + 2) ? i + 3 : i + 2;
        }
        return -1;
    }

    private int afterVariableEnd(int i) {
        if (source.startsWith("-}}", i)) {
            return skipSpace(i + 3);
        }
        return source.startsWith("}}", i) ? i + 2 : -1;
    }

    private void raw(int open) {
        for (int i = source.indexOf("{%", pos); i >= 0; i = source.indexOf("{%", i + 1)) {
            int after = keywordTag(i, "endraw");
            if (after >= 0) {
                data(stripped(pos, i, signAfter(i), true), pos);
                pos = after;
                return;
            }
        }
        throw TemplateException.syntax(
                lineAt(open), "'{% raw %}' is never closed: add '{% endraw %}'");
    }

    private void comment(int open) {
        int close = source.indexOf("#}", pos);
        if (close < 0) {
            throw TemplateException.syntax(lineAt(open), "'{#' is never closed: add '#}'");
        }
        char sign = close > pos ? source.charAt(close - 1) : ' ';
        int after = close + 2;
        if (sign == '-') {
            pos = skipSpace(after);
        } else if (sign != '+' && source.startsWith("\n", after)) {
            pos = after + 1;
        } else {
            pos = after;
        }
    }

    private void tag(boolean block, int open) {
        Deque<Character> brackets = new ArrayDeque<>();
        while (pos < source.length()) {
            if (brackets.isEmpty()) {
                int after = block ? afterBlockEnd(pos) : afterVariableEnd(pos);
                if (after >= 0) {
                    add(block ? Token.Kind.BLOCK_END : Token.Kind.VARIABLE_END, "", pos);
                    pos = after;
                    return;
                }
            }
            char c = source.charAt(pos);
            if (Chars.isSpace(c)) {
                pos++;
            } else if (c == '\'' || c == '"') {
                string(c);
            } else if (c >= '0' && c <= '9') {
                number();
            } else if (c == '_' || Character.isLetterOrDigit(source.codePointAt(pos))) {
                name();
            } else {
                operator(brackets);
            }
        }
        throw TemplateException.syntax(
                lineAt(open),
                block ? "'{%' is never closed: add '%}'" : "'{{' is never closed: add '}}'");
    }

    private void string(char quote) {
        int end = pos + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw TemplateException.syntax(lineAt(pos), "a string is never closed: add " + quote);
        }
        String value = Escapes.resolve(source.substring(pos + 1, end), lineAt(pos));
        add(Token.Kind.STRING, value, pos);
        pos = end + 1;
    }

    private void number() {
        int end = NumberScan.end(source, pos);
        boolean isFloat = NumberScan.isFloat(source, pos, end);
        add(
                isFloat ? Token.Kind.FLOAT : Token.Kind.INTEGER,
                source.substring(pos, end).replace("_", ""),
                pos);
        pos = end;
    }

    private void name() {
        int end = pos;
        while (end < source.length()) {
            int c = source.codePointAt(end);
            if (c != '_' && !Character.isLetterOrDigit(c)) {
                break;
            }
            end += Character.charCount(c);
        }
        add(Token.Kind.NAME, source.substring(pos, end), pos);
        pos = end;
    }

    private void operator(Deque<Character> brackets) {
        for (String operator : OPERATORS) {
            if (source.startsWith(operator, pos)) {
                switch (operator) {
                    case "(" -> brackets.push(')');
                    case "[" -> brackets.push(']');
                    case "{" -> brackets.push('}');
                    case ")", "]", "}" -> {
                        if (brackets.isEmpty() || brackets.pop() != operator.charAt(0)) {
                            throw TemplateException.syntax(
                                    lineAt(pos), "'" + operator + "' closes nothing");
                        }
                    }
                    default -> {}
                }
                add(Token.Kind.OPERATOR, operator, pos);
                pos += operator.length();
                return;
            }
        }
        throw TemplateException.syntax(
                lineAt(pos),
                "unexpected character '" + Character.toString(source.codePointAt(pos)) + "'");
    }

    private void data(String text, int at) {
        if (!text.isEmpty()) {
            add(Token.Kind.DATA, text, at);
        }
    }

    private void add(Token.Kind kind, String text, int at) {
        tokens.add(new Token(kind, text, lineAt(at)));
    }

    private int skipSpace(int i) {
        int at = i;
        while (at < source.length() && Chars.isSpace(source.charAt(at))) {
            at++;
        }
        return at;
    }

    /**
     * The line of a position; positions come nearly in order, so the count goes on from the last.
     */
    private int lineAt(int at) {
        if (at < counted) {
            line = 1;
            counted = 0;
        }
        for (; counted < at; counted++) {
            if (source.charAt(counted) == '\n') {
                line++;
            }
        }
        return line;
    }
}
