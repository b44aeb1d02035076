package apus.runtime.template;

import java.util.ArrayDeque;
import java.util.Deque;

/** Questions about a template's tree as a whole. */
final class Tree {
    /** Deeper trees are refused: evaluating them, like walking them, recurses. */
    static final int MAX_HEIGHT = 300;

    private Tree() {}

    /** Refuses a tree that is too high, without recursion of its own. */
    static void checkHeight(Node root) {
        record Place(Node node, int depth) {}
        Deque<Place> open = new ArrayDeque<>();
        open.push(new Place(root, 1));
        while (!open.isEmpty()) {
            Place place = open.pop();
            if (place.depth() > MAX_HEIGHT) {
                throw TemplateException.syntax(
                        1,
                        "the template nests statements and expressions deeper than "
                                + MAX_HEIGHT
                                + " levels");
            }
            for (Node child : place.node().children()) {
                open.push(new Place(child, place.depth() + 1));
            }
        }
    }

    static int height(Node node) {
        int highest = 0;
        for (Node child : node.children()) {
            highest = Math.max(highest, height(child));
        }
        return highest + 1;
    }

    /** Whether the name is read before it is assigned, in whatever scope below the node. */
    static boolean reads(Node node, String name) {
        return search(node, name) == Found.READ;
    }

    private enum Found {
        READ,
        ASSIGNED,
        NEITHER
    }

    private static Found search(Node node, String name) {
        if (node instanceof NameExpr expr && expr.name().equals(name)) {
            return Found.READ;
        }
        if (node instanceof Target target && target.stores(name)) {
            return Found.ASSIGNED;
        }
        for (Node child : node.children()) {
            Found found = search(child, name);
            if (found != Found.NEITHER) {
                return found;
            }
        }
        return Found.NEITHER;
    }

    /**
     * Refuses filters and tests that do not exist, except where the reference looks them up only
     * when they are reached: inside an {@code if}, as long as no scope opens between.
     */
    static void checkNames(Node node, boolean conditional) {
        switch (node) {
            case Calls.FilterCall f when f.filter().isEmpty() && !conditional ->
                    throw TemplateException.syntax(
                            f.line(), "there is no filter named '" + f.name() + "'");
            case Calls.TestCall t when t.test().isEmpty() && !conditional ->
                    throw TemplateException.syntax(
                            t.line(), "there is no test named '" + t.name() + "'");
            default -> {}
        }
        for (Node child : node.children()) {
            boolean inner =
                    switch (node) {
                        case If _, Logic.Choice _ -> true;
                        case For loop -> conditional && Ordering.same(child, loop.iterable());
                        case MacroBody _, Blocks.Collection _ -> false;
                        case Blocks.With _ -> conditional && !(child instanceof Body);
                        default -> conditional;
                    };
            checkNames(child, inner);
        }
    }
}
