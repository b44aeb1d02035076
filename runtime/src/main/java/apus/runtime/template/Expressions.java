package apus.runtime.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
    private final Operands operands;

    Expressions(Tokens tokens) {
        this.tokens = tokens;
        this.operands = new Operands(tokens, this);
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
            expr = operands.primary();
        }
        expr = operands.postfix(expr);
        expr = withFilters ? operands.filtersAndTests(expr) : expr;
        tokens.close();
        return expr;
    }

    /** The filters behind {@code {% filter %}} and {@code {% set x |}}, from the first name on. */
    Expr filters(Expr operand) {
        Expr expr = operands.filter(operand);
        while (tokens.skipOperator("|")) {
            expr = operands.filter(expr);
        }
        return expr;
    }
}
