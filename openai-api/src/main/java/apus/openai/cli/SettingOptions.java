package apus.openai.cli;

import apus.openai.config.Configuration;
import apus.openai.config.ConfigurationException;
import apus.openai.config.ConfigurationReader;
import apus.openai.config.Setting;
import apus.openai.config.Setting.Group;
import apus.openai.config.Setting.Shape;
import apus.openai.config.Settings;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParseResult;

/** The table of settings as options of a command, their help, and the way back to flags. */
public final class SettingOptions {
    private static final int WIDTH = 80;

    private SettingOptions() {}

    /**
     * Gives a command the options of some groups. They take texts; what a text means is decided
     * once, where environment and file are read too.
     */
    public static void add(CommandSpec command, Predicate<Group> groups) {
        for (Setting setting : Settings.ALL) {
            if (groups.test(setting.group())) {
                command.addOption(option(setting));
            }
        }
        Map<String, IHelpSectionRenderer> sections =
                new LinkedHashMap<>(command.usageMessage().sectionMap());
        sections.put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, help -> optionList(help, command));
        command.usageMessage().sectionMap(sections);
    }

    private static OptionSpec option(Setting setting) {
        List<String> names = new ArrayList<>();
        names.add(setting.flag());
        names.addAll(setting.aliases());
        OptionSpec.Builder builder =
                OptionSpec.builder(names.toArray(String[]::new))
                        .arity("1")
                        .paramLabel(setting.placeholder())
                        .hidden(setting.group() == Group.FOREIGN)
                        .description(description(setting).replace("%", "%%"));
        if (setting.shape() == Shape.MANY) {
            builder.type(List.class).auxiliaryTypes(String.class);
        } else {
            builder.type(String.class);
        }
        return builder.build();
    }

    private static String description(Setting setting) {
        String fallback =
                setting.fallbackIsValue()
                        ? setting.fallback()
                        : setting.fallback().substring(1, setting.fallback().length() - 1);
        return setting.help()
                + " Default: "
                + fallback
                + ". ["
                + String.join(", ", setting.environment())
                + "]";
    }

    /** The command's own options first, then the table's by group, then a word on the rest. */
    private static String optionList(Help help, CommandSpec command) {
        StringBuilder text = new StringBuilder();
        text.append(
                section(
                        help,
                        command.options().stream()
                                .filter(o -> Settings.findFlag(o.longestName()).isEmpty())
                                .toList()));
        for (Group group : Group.values()) {
            List<OptionSpec> options =
                    command.options().stream()
                            .filter(o -> !o.hidden())
                            .filter(o ->
                                    Settings.findFlag(o.longestName())
                                            .filter(s -> s.group() == group)
                                            .isPresent())
                            .toList();
            if (!options.isEmpty()) {
                text.append('\n')
                        .append(group.title())
                        .append(":\n")
                        .append(section(help, options));
            }
        }
        text.append('\n').append(Group.FOREIGN.title()).append(":\n");
        text.append(
                wrapped(
                        command.options().stream()
                                .filter(OptionSpec::hidden)
                                .map(OptionSpec::longestName)
                                .toList()));
        return text.toString();
    }

    private static String wrapped(List<String> names) {
        StringBuilder text = new StringBuilder();
        int column = 0;
        for (String name : names) {
            if (column == 0 || column + 1 + name.length() > WIDTH) {
                text.append(column == 0 ? "  " : "\n  ");
                column = 2;
            } else {
                text.append(' ');
                column++;
            }
            text.append(name);
            column += name.length();
        }
        return text.append('\n').toString();
    }

    private static String section(Help help, List<OptionSpec> options) {
        Help.Layout layout = help.createDefaultLayout();
        layout.addOptions(
                options.stream().map(SettingOptions::shown).toList(),
                help.parameterLabelRenderer());
        return layout.toString();
    }

    /**
     * The configuration of a parsed command; its first positional argument, if there is one, is the
     * model. Prints the warnings.
     *
     * @throws apus.openai.config.ConfigurationException if a setting cannot be honoured
     */
    public static Configuration read(CommandSpec command, Terminal terminal) {
        ParseResult parsed = command.commandLine().getParseResult();
        Map<String, String> flags = flags(parsed);
        if (parsed.hasMatchedPositional(0)) {
            String model = parsed.matchedPositionalValue(0, "");
            if (flags.put("model", model) != null) {
                throw new ConfigurationException(
                        "the model is given twice: as --model and as '" + model + "'");
            }
        }
        Configuration configuration =
                new ConfigurationReader(
                                terminal.environment(),
                                DemoModel::find,
                                DownloadProgress.downloads(terminal))
                        .read(flags);
        configuration.warnings().forEach(w -> terminal.err().println("apus: warning: " + w));
        return configuration;
    }

    /** A switch takes a value when it is parsed, but people are shown its short form. */
    private static OptionSpec shown(OptionSpec option) {
        boolean alone =
                Settings.findFlag(option.longestName())
                        .filter(s -> s.shape() == Shape.SWITCH)
                        .isPresent();
        if (!alone) {
            return option;
        }
        OptionSpec shown =
                OptionSpec.builder(option.longestName())
                        .type(boolean.class)
                        .negatable(true)
                        .description(option.description())
                        .build();
        // The renderer asks the command of an option how its negation is written.
        CommandSpec.create().addOption(shown);
        return shown;
    }

    /** What was given, by {@link Setting#key}. */
    public static Map<String, String> flags(ParseResult parsed) {
        Map<String, String> flags = new LinkedHashMap<>();
        for (OptionSpec option : parsed.matchedOptionsSet()) {
            Settings.findFlag(option.longestName())
                    .ifPresent(setting -> flags.put(setting.key(), text(option.stringValues())));
        }
        return flags;
    }

    private static String text(List<String> values) {
        if (values.size() == 1) {
            return values.getFirst();
        }
        ArrayNode list = new JsonMapper().createArrayNode();
        values.forEach(list::add);
        return list.toString();
    }
}
