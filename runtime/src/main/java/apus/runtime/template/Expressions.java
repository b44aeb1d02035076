package apus.runtime.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Parses expressions, loosest operator first. Precedence is Jinja's: {@code ~} binds tighter than
 * {@code +}, a filter tighter than any operator but the sign, a test tighter than {@code not}.
 */
final class Expressions {
    private static final Map<String, Logic.Relation> RELATIONS =
            Map.of(
                    "==", Logic.Relation.EQUAL,
                    "!=", Logic.Relation.UNEQUAL,
                    "<", Logic.Relation.LESS,
                    "<=", Logic.Relation.LESS_OR_EQUAL,
                    ">", Logic.Relation.GREATER,
                    ">=", Logic.Relation.GREATER_OR_EQUAL);
    private static final Map<String, Arithmetic> SUMS =
            Map.of("+", Arithmetic.ADD, "-", Arithmetic.SUBTRACT);
    private static final Map<String, Arithmetic> PRODUCTS =
            Map.of(
                    "*", Arithmetic.MULTIPLY,
                    "/", Arithmetic.DIVIDE,
                    "//", Arithmetic.FLOOR_DIVIDE,
                    "%", Arithmetic.MODULO);
    private static final Map<String, Arithmetic> POWERS = Map.of("**", Arithmetic.POWER);

    private final Tokens tokens;

    Expressions(Tokens tokens) {
        this.tokens = tokens;
    }

    Expr expression() {
        return expression(true);
    }

    private Expr expression(boolean withChoice) {
        tokens.open();
        Expr expr = withChoice ? choice() : or();
        tokens.close();
        return expr;
    }

    /** One expression, or several with commas between: a tuple. */
    Expr tuple(boolean withChoice) {
        List<Expr> items = new ArrayList<>();
        boolean comma = false;
        while (!atTupleEnd()) {
            items.add(expression(withChoice));
            if (!tokens.skipOperator(",")) {
                break;
            }
            comma = true;
        }
        if (comma) {
            return new Literals.TupleLiteral(items);
        }
        if (items.isEmpty()) {
            throw tokens.unexpected("an expression");
        }
        return items.getFirst();
    }

    private boolean atTupleEnd() {
        Token token = tokens.current();
        return token.kind() == Token.Kind.VARIABLE_END
                || token.kind() == Token.Kind.BLOCK_END
                || token.isOperator(")")
                || token.isName("recursive");
    }

    private Expr choice() {
        Expr expr = or();
        while (tokens.skipName("if")) {
            Expr test = or();
            Expr otherwise =
                    tokens.skipName("else")
                            ? expression()
                            : new Literals.Constant(
                                    new Undefined("an 'if' without 'else' chose nothing"));
            expr = new Logic.Choice(test, expr, otherwise);
        }
        return expr;
    }

    private Expr or() {
        Expr left = and();
        while (tokens.skipName("or")) {
            left = new Logic.Or(left, and());
        }
        return left;
    }

    private Expr and() {
        Expr left = not();
        while (tokens.skipName("and")) {
            left = new Logic.And(left, not());
        }
        return left;
    }

    private Expr not() {
        if (!tokens.skipName("not")) {
            return comparison();
        }
        tokens.open();
        Expr expr = new Logic.Not(not());
        tokens.close();
        return expr;
    }

    private Expr comparison() {
        Expr first = sum();
        List<Logic.Relation> relations = new ArrayList<>();
        List<Expr> others = new ArrayList<>();
        while (true) {
            Logic.Relation relation = relation();
            if (relation == null) {
                break;
            }
            relations.add(relation);
            others.add(sum());
        }
        return relations.isEmpty() ? first : new Logic.Comparison(first, relations, others);
    }

    private Logic.Relation relation() {
        if (tokens.at(Token.Kind.OPERATOR)) {
            Logic.Relation relation = RELATIONS.get(tokens.current().text());
            if (relation != null) {
                tokens.next();
            }
            return relation;
        }
        if (tokens.skipName("in")) {
            return Logic.Relation.IN;
        }
        if (tokens.atName("not") && tokens.ahead().isName("in")) {
            tokens.next();
            tokens.next();
            return Logic.Relation.NOT_IN;
        }
        return null;
    }

    private Expr sum() {
        Expr left = concat();
        for (Arithmetic op = operation(SUMS); op != null; op = operation(SUMS)) {
            left = new Operators.Binary(op, left, concat());
        }
        return left;
    }

    private Expr concat() {
        Expr first = product();
        if (!tokens.atOperator("~")) {
            return first;
        }
        List<Expr> operands = new ArrayList<>(List.of(first));
        while (tokens.skipOperator("~")) {
            operands.add(product());
        }
        return new Operators.Concat(operands);
    }

    private Expr product() {
        Expr left = power();
        for (Arithmetic op = operation(PRODUCTS); op != null; op = operation(PRODUCTS)) {
            left = new Operators.Binary(op, left, power());
        }
        return left;
    }

    private Expr power() {
        Expr left = unary(true);
        for (Arithmetic op = operation(POWERS); op != null; op = operation(POWERS)) {
            left = new Operators.Binary(op, left, unary(true));
        }
        return left;
    }

    private Arithmetic operation(Map<String, Arithmetic> operations) {
        Arithmetic operation =
                tokens.at(Token.Kind.OPERATOR) ? operations.get(tokens.current().text()) : null;
        if (operation != null) {
            tokens.next();
        }
        return operation;
    }

    private Expr unary(boolean withFilters) {
        tokens.open();
        Expr expr;
        if (tokens.atOperator("-") || tokens.atOperator("+")) {
            boolean minus = tokens.next().text().equals("-");
            expr = new Operators.Sign(minus, unary(false));
        } else {
            expr = primary();
        }
        expr = postfix(expr);
        expr = withFilters ? filtersAndTests(expr) : expr;
        tokens.close();
        return expr;
    }

    private Expr primary() {
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
                        tokens.atOperator(")") ? new Literals.TupleLiteral(List.of()) : tuple(true);
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
            items.add(expression());
            if (pairs) {
                tokens.expectOperator(":");
                items.add(expression());
            }
        }
        return items;
    }

    private Expr postfix(Expr operand) {
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
            Expr key = tokens.atOperator(":") ? null : expression();
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
        return new Access.Element(owner, comma ? new Literals.TupleLiteral(keys) : keys.getFirst());
    }

    private Expr[] bounds(Expr start) {
        Expr[] bounds = {start, null, null};
        for (int i = 1; i < 3 && tokens.skipOperator(":"); i++) {
            if (!tokens.atOperator("]") && !tokens.atOperator(":")) {
                bounds[i] = expression();
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
                spread.add(expression());
            } else if (tokens.atOperator("**") && spreadNamed.isEmpty()) {
                tokens.next();
                spreadNamed.add(expression());
            } else if (tokens.at(Token.Kind.NAME)
                    && tokens.ahead().isOperator("=")
                    && spreadNamed.isEmpty()) {
                names.add(tokens.next().text());
                tokens.next();
                named.add(expression());
            } else if (names.isEmpty() && spread.isEmpty() && spreadNamed.isEmpty()) {
                positional.add(expression());
            } else {
                throw tokens.fail("an argument without a name follows one with a name");
            }
        }
        return new Arguments(positional, names, named, spread, spreadNamed);
    }

    private Expr filtersAndTests(Expr operand) {
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

    /** The filters behind {@code {% filter %}} and {@code {% set x |}}, from the first name on. */
    Expr filters(Expr operand) {
        Expr expr = filter(operand);
        while (tokens.skipOperator("|")) {
            expr = filter(expr);
        }
        return expr;
    }

    private Expr filter(Expr operand) {
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
