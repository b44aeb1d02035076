package apus.runtime.template;

import java.util.ArrayList;
import java.util.List;

/** Parses what is assigned to. */
final class Targets {
    private final Tokens tokens;

    Targets(Tokens tokens) {
        this.tokens = tokens;
    }

    /** One name, or several with commas between, maybe in parentheses. */
    Target target(boolean withMembers) {
        List<Target> targets = new ArrayList<>();
        targets.add(single(withMembers));
        boolean comma = false;
        while (tokens.skipOperator(",")) {
            comma = true;
            if (tokens.atName("in") || !(tokens.at(Token.Kind.NAME) || tokens.atOperator("("))) {
                break;
            }
            targets.add(single(withMembers));
        }
        return comma ? new Target.Several(targets) : targets.getFirst();
    }

    /** One name, or a group in parentheses. */
    Target single(boolean withMembers) {
        if (tokens.atOperator("(")) {
            tokens.open();
            tokens.next();
            Target target = target(withMembers);
            tokens.expectOperator(")");
            tokens.close();
            return target;
        }
        String name = assignable(tokens.expectName());
        if (withMembers && tokens.skipOperator(".")) {
            return new Target.Member(new NameExpr(name), tokens.expectName());
        }
        return new Target.Name(name);
    }

    /** The name, if it may be assigned to. */
    String assignable(String name) {
        return switch (name) {
            case "true", "True", "false", "False", "none", "None" ->
                    throw tokens.fail("'" + name + "' cannot be assigned to");
            default -> name;
        };
    }
}
