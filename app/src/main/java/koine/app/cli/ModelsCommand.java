package koine.app.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The models on this computer and in the catalogue. */
@Command(name = "models", description = "cli.models.about")
final class ModelsCommand {
    private final CliContext context;

    ModelsCommand(CliContext context) {
        this.context = context;
    }

    @Command(name = "list", description = "cli.models.list.about")
    int list(@Option(names = "--json", description = "cli.option.json") boolean json) {
        return context.print(json, () -> context.assistant().models().installed(), m -> "");
    }
}
