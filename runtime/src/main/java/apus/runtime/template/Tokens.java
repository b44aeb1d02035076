package apus.runtime.template;

import java.util.List;

/** A place in a template's tokens. */
final class Tokens {
    /** Brackets and blocks inside one another; the parser recurses over them. */
    private static final int MAX_NESTING = 150;

    private final List<Token> tokens;
    private int pos;
    private int nesting;

    Tokens(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token current() {
        return tokens.get(pos);
    }

    Token ahead() {
        return tokens.get(Math.min(pos + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = tokens.get(pos);
        if (token.kind() != Token.Kind.END) {
            pos++;
        }
        return token;
    }

    boolean at(Token.Kind kind) {
        return current().kind() == kind;
    }

    boolean atName(String name) {
        return current().isName(name);
    }

    boolean atOperator(String operator) {
        return current().isOperator(operator);
    }

    boolean skipName(String name) {
        boolean found = atName(name);
        if (found) {
            next();
        }
        return found;
    }

    boolean skipOperator(String operator) {
        boolean found = atOperator(operator);
        if (found) {
            next();
        }
        return found;
    }

    Token expect(Token.Kind kind, String wanted) {
        if (!at(kind)) {
            throw unexpected(wanted);
        }
        return next();
    }

    String expectName() {
        return expect(Token.Kind.NAME, "a name").text();
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw unexpected("'" + name + "'");
        }
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw unexpected("'" + operator + "'");
        }
    }

    TemplateException unexpected(String wanted) {
        return fail("expected " + wanted + ", found " + current().described());
    }

    TemplateException fail(String message) {
        return TemplateException.syntax(current().line(), message);
    }

    /** Goes one level down; {@link #close} comes back. */
    void open() {
        if (++nesting > MAX_NESTING) {
            throw fail("nested deeper than " + MAX_NESTING + " levels");
        }
    }

    void close() {
        nesting--;
    }
}
