package apus.runtime.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Parses what operators stand between: literals, names, and what follows them. */
final class Operands {
    private final Tokens tokens;
    private final Expressions expressions;

    Operands(Tokens tokens, Expressions expressions) {
        this.tokens = tokens;
        this.expressions = expressions;
    }

    /** A name, a literal, or an expression in brackets. */
    Expr primary() {
        Token token = tokens.current();
        return switch (token.kind()) {
            case NAME -> {
                tokens.next();
                yield switch (token.text()) {
                    case "true", "True" -> new Literals.Constant(true);
                    case "false", "False" -> new Literals.Constant(false);
                    case "none", "None" -> new Literals.Constant(null);
                    default -> new NameExpr(token.text());
                };
            }
            case STRING -> {
                StringBuilder text = new StringBuilder();
                while (tokens.at(Token.Kind.STRING)) {
                    text.append(tokens.next().text());
                }
                yield new Literals.Constant(text.toString());
            }
            case INTEGER -> {
                tokens.next();
                yield new Literals.Constant(integer(token));
            }
            case FLOAT -> {
                tokens.next();
                yield new Literals.Constant(Double.valueOf(token.text()));
            }
            case OPERATOR -> bracketed(token);
            case DATA, BLOCK_BEGIN, BLOCK_END, VARIABLE_BEGIN, VARIABLE_END, END ->
                    throw tokens.unexpected("an expression");
        };
    }

    private static Number integer(Token token) {
        String digits = token.text();
        int radix =
                digits.length() < 2
                        ? 10
                        : switch (digits.charAt(1)) {
                            case 'b', 'B' -> 2;
                            case 'o', 'O' -> 8;
                            case 'x', 'X' -> 16;
                            default -> 10;
                        };
        if (digits.length() > 4300) {
            throw TemplateException.syntax(
                    token.line(), "a number of " + digits.length() + " digits is too long");
        }
        return Numbers.of(new BigInteger(radix == 10 ? digits : digits.substring(2), radix));
    }

    private Expr bracketed(Token token) {
        return switch (token.text()) {
            case "(" -> {
                tokens.next();
                Expr expr =
                        tokens.atOperator(")")
                                ? new Literals.TupleLiteral(List.of())
                                : expressions.tuple(true);
                tokens.expectOperator(")");
                yield expr;
            }
            case "[" -> {
                tokens.next();
                yield new Literals.ListLiteral(items("]", false));
            }
            case "{" -> {
                tokens.next();
                yield new Literals.DictLiteral(items("}", true));
            }
            default -> throw tokens.unexpected("an expression");
        };
    }

    /** Elements up to the closing bracket; with pairs, keys and values in turn. */
    private List<Expr> items(String close, boolean pairs) {
        List<Expr> items = new ArrayList<>();
        while (!tokens.skipOperator(close)) {
            if (!items.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.skipOperator(close)) {
                    break;
                }
            }
            items.add(expressions.expression());
            if (pairs) {
                tokens.expectOperator(":");
                items.add(expressions.expression());
            }
        }
        return items;
    }

    /** Members, elements and calls behind an operand. */
    Expr postfix(Expr operand) {
        Expr expr = operand;
        while (true) {
            if (tokens.skipOperator(".")) {
                expr = member(expr);
            } else if (tokens.skipOperator("[")) {
                expr = subscript(expr);
            } else if (tokens.atOperator("(")) {
                expr = call(expr);
            } else {
                return expr;
            }
        }
    }

    private Expr member(Expr owner) {
        if (tokens.at(Token.Kind.NAME)) {
            return new Access.Attribute(owner, tokens.next().text());
        }
        Token index = tokens.expect(Token.Kind.INTEGER, "a name or number after '.'");
        return new Access.Element(owner, new Literals.Constant(integer(index)));
    }

    private Expr subscript(Expr owner) {
        List<Expr> keys = new ArrayList<>();
        Expr[] bounds = null;
        boolean comma = false;
        while (!tokens.atOperator("]")) {
            if (!keys.isEmpty()) {
                tokens.expectOperator(",");
                comma = true;
                if (tokens.atOperator("]")) {
                    break;
                }
            }
            Expr key = tokens.atOperator(":") ? null : expressions.expression();
            if (tokens.atOperator(":")) {
                if (!keys.isEmpty()) {
                    throw tokens.fail("a slice takes one range");
                }
                bounds = bounds(key);
                break;
            }
            keys.add(key);
        }
        if (bounds == null && keys.isEmpty()) {
            throw tokens.unexpected("an index");
        }
        tokens.expectOperator("]");
        if (bounds != null) {
            return new Access.Slice(owner, bounds);
        }
        if (!comma && keys.getFirst() instanceof Literals.Constant(String name)) {
            return new Access.NamedElement(owner, name);
        }
        return new Access.Element(owner, comma ? new Literals.TupleLiteral(keys) : keys.getFirst());
    }

    private Expr[] bounds(Expr start) {
        Expr[] bounds = {start, null, null};
        for (int i = 1; i < 3 && tokens.skipOperator(":"); i++) {
            if (!tokens.atOperator("]") && !tokens.atOperator(":")) {
                bounds[i] = expressions.expression();
            }
        }
        return bounds;
    }

    private Expr call(Expr callee) {
        Arguments arguments = arguments();
        return callee instanceof Access.Attribute attribute
                ? new Calls.MethodCall(attribute.owner(), attribute.name(), arguments)
                : new Calls.Call(callee, arguments);
    }

    /** The arguments in parentheses at the current place. */
    private Arguments arguments() {
        tokens.expectOperator("(");
        List<Expr> positional = new ArrayList<>();
        List<String> names = new ArrayList<>();
        List<Expr> named = new ArrayList<>();
        List<Expr> spread = new ArrayList<>();
        List<Expr> spreadNamed = new ArrayList<>();
        boolean first = true;
        while (!tokens.skipOperator(")")) {
            if (!first) {
                tokens.expectOperator(",");
                if (tokens.skipOperator(")")) {
                    break;
                }
            }
            first = false;
            if (tokens.atOperator("*") && spread.isEmpty() && spreadNamed.isEmpty()) {
                tokens.next();
                spread.add(expressions.expression());
            } else if (tokens.atOperator("**") && spreadNamed.isEmpty()) {
                tokens.next();
                spreadNamed.add(expressions.expression());
            } else if (tokens.at(Token.Kind.NAME)
                    && tokens.ahead().isOperator("=")
                    && spreadNamed.isEmpty()) {
                names.add(tokens.next().text());
                tokens.next();
                named.add(expressions.expression());
            } else if (names.isEmpty() && spread.isEmpty() && spreadNamed.isEmpty()) {
                positional.add(expressions.expression());
            } else {
                throw tokens.fail("an argument without a name follows one with a name");
            }
        }
        return new Arguments(positional, names, named, spread, spreadNamed);
    }

    /** What binds to an operand behind its sign: filters, tests, and calls of their results. */
    Expr filtersAndTests(Expr operand) {
        Expr expr = operand;
        while (true) {
            if (tokens.skipOperator("|")) {
                expr = filter(expr);
            } else if (tokens.skipName("is")) {
                expr = test(expr);
            } else if (tokens.atOperator("(")) {
                expr = call(expr);
            } else {
                return expr;
            }
        }
    }

    /** One filter, from its name on. */
    Expr filter(Expr operand) {
        int line = tokens.current().line();
        String name = dottedName();
        Arguments arguments = tokens.atOperator("(") ? arguments() : Arguments.NONE;
        return new Calls.FilterCall(
                line, name, Optional.ofNullable(Filters.find(name)), operand, arguments);
    }

    private Expr test(Expr operand) {
        boolean negated = tokens.skipName("not");
        int line = tokens.current().line();
        String name = dottedName();
        Arguments arguments = Arguments.NONE;
        if (tokens.atOperator("(")) {
            arguments = arguments();
        } else if (atTestArgument()) {
            tokens.open();
            Expr argument = postfix(primary());
            tokens.close();
            arguments =
                    new Arguments(List.of(argument), List.of(), List.of(), List.of(), List.of());
        }
        Expr test =
                new Calls.TestCall(
                        line, name, Optional.ofNullable(Predicates.find(name)), operand, arguments);
        return negated ? new Logic.Not(test) : test;
    }

    private boolean atTestArgument() {
        Token token = tokens.current();
        return switch (token.kind()) {
            case NAME -> {
                if (token.text().equals("is")) {
                    throw tokens.fail("tests cannot be chained with 'is'");
                }
                yield !token.text().equals("else")
                        && !token.text().equals("or")
                        && !token.text().equals("and");
            }
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> token.text().equals("[") || token.text().equals("{");
            case DATA, BLOCK_BEGIN, BLOCK_END, VARIABLE_BEGIN, VARIABLE_END, END -> false;
        };
    }

    private String dottedName() {
        StringBuilder name = new StringBuilder(tokens.expectName());
        while (tokens.skipOperator(".")) {
            name.append('.').append(tokens.expectName());
        }
        return name.toString();
    }
}
