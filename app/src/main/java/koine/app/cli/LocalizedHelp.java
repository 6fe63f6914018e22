package koine.app.cli;

import java.util.Arrays;
import java.util.List;
import koine.i18n.Messages;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ScopeType;

/**
 * Puts texts in the place of the message keys that stand as descriptions in the commands. Only when help is printed:
 * every other start is quicker without.
 */
final class LocalizedHelp {
    private LocalizedHelp() {}

    static void apply(CommandLine line, Messages messages) {
        CommandSpec spec = line.getCommandSpec();
        UsageMessageSpec usage = spec.usageMessage();
        usage.description(texts(usage.description(), messages));
        usage.synopsisHeading(messages.text("cli.help.usage") + " ");
        usage.parameterListHeading("%n" + messages.text("cli.help.parameters") + "%n");
        usage.optionListHeading("%n" + messages.text("cli.help.options") + "%n");
        usage.commandListHeading("%n" + messages.text("cli.help.commands") + "%n");
        usage.width(100);
        // Local: every command has its own copy of an inherited option already.
        for (OptionSpec option : List.copyOf(spec.options())) {
            spec.remove(option);
            spec.addOption(OptionSpec.builder(option)
                    .scopeType(ScopeType.LOCAL)
                    .description(texts(option.description(), messages))
                    .build());
        }
        for (PositionalParamSpec parameter : List.copyOf(spec.positionalParameters())) {
            spec.remove(parameter);
            spec.addPositional(PositionalParamSpec.builder(parameter)
                    .description(texts(parameter.description(), messages))
                    .build());
        }
        line.getSubcommands().values().forEach(each -> apply(each, messages));
    }

    private static String[] texts(String[] keys, Messages messages) {
        return Arrays.stream(keys)
                .map(key -> key.startsWith("cli.") ? messages.text(key).replace("%", "%%") : key)
                .toArray(String[]::new);
    }
}
