package apus.openai.cli;

import apus.openai.config.Setting;
import apus.openai.config.Setting.Shape;
import apus.openai.config.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Brings arguments into the one form that the parser is told of: dashes for underscores, and every
 * switch with its value: {@code --x}, {@code --no-x} and {@code --x off} become {@code --x=true} or
 * the like. A parser that takes optional values would eat the model's folder in {@code serve --x
 * DIR}.
 */
public final class Arguments {
    private static final Set<String> BOOLEANS =
            Set.of("true", "false", "1", "0", "yes", "no", "on", "off");

    private Arguments() {}

    /** The same arguments, normalised; everything from a lone {@code --} on is left alone. */
    public static String[] normalise(String... args) {
        List<String> out = new ArrayList<>();
        for (int i = 0; i < args.length; ) {
            String arg = args[i++];
            if (arg.equals("--")) {
                out.add(arg);
                out.addAll(List.of(args).subList(i, args.length));
                break;
            }
            boolean wordFollows =
                    i < args.length && BOOLEANS.contains(args[i].toLowerCase(Locale.ROOT));
            String normal = normal(arg);
            if (isSwitch(normal) && wordFollows) {
                out.add(normal + "=" + args[i++]);
            } else {
                out.add(complete(normal));
            }
        }
        return out.toArray(String[]::new);
    }

    private static String normal(String arg) {
        if (!arg.startsWith("--")) {
            return arg;
        }
        int equals = arg.indexOf('=');
        String name = equals < 0 ? arg : arg.substring(0, equals);
        return name.replace('_', '-') + (equals < 0 ? "" : arg.substring(equals));
    }

    private static boolean isSwitch(String flag) {
        return Settings.findFlag(flag).map(Setting::shape).equals(Optional.of(Shape.SWITCH));
    }

    private static String complete(String flag) {
        if (isSwitch(flag)) {
            return flag + "=true";
        }
        if (flag.startsWith("--no-") && isSwitch("--" + flag.substring(5))) {
            return "--" + flag.substring(5) + "=false";
        }
        return flag;
    }
}
