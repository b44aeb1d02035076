package apus.runtime.template;

import java.util.List;
import java.util.Map;

/** Python's names of types, for messages. */
final class Types {
    private Types() {}

    static String name(Object value) {
        return switch (value) {
            case null -> "NoneType";
            case String _ -> "str";
            case Markup _ -> "Markup";
            case Boolean _ -> "bool";
            case Number n -> Numbers.normal(n) instanceof Double ? "float" : "int";
            case Tuple _ -> "tuple";
            case Range _ -> "range";
            case List<?> _ -> "list";
            case Map<?, ?> _ -> "dict";
            case DictView view ->
                    switch (view.part()) {
                        case KEYS -> "dict_keys";
                        case VALUES -> "dict_values";
                        case ITEMS -> "dict_items";
                    };
            case Undefined _ -> "Undefined";
            case Generator _ -> "generator";
            case Namespace _ -> "Namespace";
            case Loop _ -> "LoopContext";
            case Macro _ -> "Macro";
            case Function _ -> "function";
            default ->
                    throw TemplateException.failed(
                            "a value of "
                                    + value.getClass()
                                    + " was given to the template: give maps, lists, strings,"
                                    + " numbers, booleans or null");
        };
    }
}
