package apus.runtime.template;

import java.util.ArrayList;
import java.util.List;

/** Parses a template's statements into a tree. */
final class Parser {
    private final Tokens tokens;
    private final Expressions expressions;
    private final Targets targets;
    private int loops;

    private Parser(List<Token> tokens) {
        this.tokens = new Tokens(tokens);
        this.expressions = new Expressions(this.tokens);
        this.targets = new Targets(this.tokens);
    }

    /**
     * @throws TemplateException of kind SYNTAX
     */
    static Body parse(String source) {
        Parser parser = new Parser(Lexer.tokens(source));
        return parser.statements("");
    }

    /** Statements up to the one of the given names, whose name is then the current token. */
    private Body statements(String... ends) {
        tokens.open();
        int start = tokens.current().line();
        List<Stmt> statements = new ArrayList<>();
        while (true) {
            switch (tokens.current().kind()) {
                case DATA -> statements.add(new Output.Data(tokens.next().text()));
                case VARIABLE_BEGIN -> {
                    int line = tokens.next().line();
                    statements.add(new Output.Print(line, expressions.tuple(true)));
                    tokens.expect(Token.Kind.VARIABLE_END, "'}}'");
                }
                case BLOCK_BEGIN -> {
                    tokens.next();
                    for (String end : ends) {
                        if (tokens.atName(end)) {
                            tokens.close();
                            return new Body(statements);
                        }
                    }
                    statements.add(statement());
                }
                case END -> {
                    if (!ends[0].isEmpty()) {
                        throw tokens.fail(
                                "the block of line %d is never closed: add '{%% %s %%}'"
                                        .formatted(start, ends[ends.length - 1]));
                    }
                    tokens.close();
                    return new Body(statements);
                }
                case BLOCK_END, VARIABLE_END, NAME, STRING, INTEGER, FLOAT, OPERATOR ->
                        throw tokens.unexpected("template text or a tag");
            }
        }
    }

    /** A body between the end of its tag and the tag that ends it, which is consumed. */
    private Body body(String end) {
        endTag();
        Body body = statements(end);
        tokens.next();
        endTag();
        return body;
    }

    private void endTag() {
        tokens.expect(Token.Kind.BLOCK_END, "'%}'");
    }

    private Stmt statement() {
        int line = tokens.current().line();
        Token keyword = tokens.expect(Token.Kind.NAME, "the name of a tag");
        return switch (keyword.text()) {
            case "if" -> ifStatement();
            case "for" -> forStatement(line);
            case "set" -> setStatement(line);
            case "macro" -> macro();
            case "call" -> callBlock(line);
            case "generation" ->
                    new Blocks.Generation(
                            new MacroBody(
                                    "caller", List.of(), List.of(), function("endgeneration")));
            case "filter" -> filterBlock();
            case "with" -> with();
            case "print" -> print(line);
            case "break" -> jump(Stmt.Flow.BREAK);
            case "continue" -> jump(Stmt.Flow.CONTINUE);
            default ->
                    throw TemplateException.syntax(
                            line,
                            "the tag '"
                                    + keyword.text()
                                    + "' does not belong here or is not supported in chat"
                                    + " templates");
        };
    }

    private Stmt ifStatement() {
        List<If.Branch> branches = new ArrayList<>();
        Body otherwise = Body.EMPTY;
        do {
            int line = tokens.current().line();
            Expr test = expressions.tuple(false);
            endTag();
            branches.add(new If.Branch(line, test, statements("elif", "else", "endif")));
        } while (tokens.skipName("elif"));
        if (tokens.skipName("else")) {
            otherwise = body("endif");
        } else {
            tokens.next();
            endTag();
        }
        return new If(branches, otherwise);
    }

    private Stmt forStatement(int line) {
        Target target = targets.target(false);
        if (target.stores("loop")) {
            throw tokens.fail("a loop cannot assign to its own 'loop'");
        }
        tokens.expectName("in");
        Expr iterable = expressions.tuple(false);
        List<Expr> tests = tokens.skipName("if") ? List.of(expressions.expression()) : List.of();
        boolean recursive = tokens.skipName("recursive");
        endTag();
        loops++;
        Body body = statements("else", "endfor");
        loops--;
        Body otherwise = Body.EMPTY;
        if (tokens.skipName("else")) {
            otherwise = body("endfor");
        } else {
            tokens.next();
            endTag();
        }
        return new For(line, target, iterable, tests, recursive, body, otherwise);
    }

    private Stmt setStatement(int line) {
        Target target = targets.target(true);
        if (loops > 0 && target.stores("loop")) {
            throw tokens.fail("a loop's body cannot assign to 'loop'");
        }
        if (tokens.skipOperator("=")) {
            Stmt set = new Blocks.SetStatement(line, target, expressions.tuple(true));
            endTag();
            return set;
        }
        Blocks.Collected collected = new Blocks.Collected();
        Expr filters = tokens.skipOperator("|") ? expressions.filters(collected) : collected;
        return new Blocks.SetBlock(
                target, new Blocks.Collection(body("endset"), collected, filters));
    }

    private Stmt filterBlock() {
        Blocks.Collected collected = new Blocks.Collected();
        Expr filters = expressions.filters(collected);
        return new Blocks.FilterBlock(new Blocks.Collection(body("endfilter"), collected, filters));
    }

    private Stmt macro() {
        String name = tokens.expectName();
        Signature signature = signature();
        return new Blocks.MacroDefinition(
                new Target.Name(name), signature.body(name, function("endmacro"), tokens));
    }

    private Stmt callBlock(int line) {
        Signature signature =
                tokens.atOperator("(") ? signature() : new Signature(List.of(), List.of());
        Calls.Call call =
                switch (expressions.expression()) {
                    case Calls.Call c -> c;
                    case Calls.MethodCall m ->
                            new Calls.Call(
                                    new Access.Attribute(m.owner(), m.name()), m.arguments());
                    default -> throw tokens.fail("'call' needs a call, such as 'macro()'");
                };
        return new Blocks.CallBlock(
                line, call, signature.body("caller", function("endcall"), tokens));
    }

    /** The parameters of a macro as written. */
    private record Signature(List<Target.Name> parameters, List<Expr> defaults) {
        MacroBody body(String name, Body body, Tokens tokens) {
            int withoutDefault = parameters.size() - defaults.size();
            for (int i = 0; i < withoutDefault; i++) {
                if (parameters.get(i).stores("caller") && Tree.reads(body, "caller")) {
                    throw tokens.fail("the parameter 'caller' of '" + name + "' needs a default");
                }
            }
            return new MacroBody(name, parameters, defaults, body);
        }
    }

    private Signature signature() {
        List<Target.Name> parameters = new ArrayList<>();
        List<Expr> defaults = new ArrayList<>();
        tokens.expectOperator("(");
        while (!tokens.skipOperator(")")) {
            if (!parameters.isEmpty()) {
                tokens.expectOperator(",");
            }
            String name = targets.assignable(tokens.expectName());
            if (parameters.stream().anyMatch(p -> p.stores(name))) {
                throw tokens.fail("two parameters are named '" + name + "'");
            }
            parameters.add(new Target.Name(name));
            if (tokens.skipOperator("=")) {
                defaults.add(expressions.expression());
            } else if (!defaults.isEmpty()) {
                throw tokens.fail("a parameter without a default follows one with a default");
            }
        }
        return new Signature(parameters, defaults);
    }

    /** The body of a function, where a break cannot reach the loops around it. */
    private Body function(String end) {
        int around = loops;
        loops = 0;
        Body body = body(end);
        loops = around;
        return body;
    }

    private Stmt with() {
        List<Target> names = new ArrayList<>();
        List<Expr> values = new ArrayList<>();
        while (!tokens.at(Token.Kind.BLOCK_END)) {
            if (!names.isEmpty()) {
                tokens.expectOperator(",");
            }
            names.add(targets.single(false));
            tokens.expectOperator("=");
            values.add(expressions.expression());
        }
        return new Blocks.With(names, values, body("endwith"));
    }

    /** Prints its expressions one after another, not as a tuple. */
    private Stmt print(int line) {
        List<Stmt> prints = new ArrayList<>();
        do {
            prints.add(new Output.Print(line, expressions.expression()));
        } while (tokens.skipOperator(","));
        endTag();
        return new Body(prints);
    }

    private Stmt jump(Stmt.Flow flow) {
        if (loops == 0) {
            throw tokens.fail("'break' and 'continue' belong into a loop");
        }
        endTag();
        return new Blocks.Jump(flow);
    }
}
