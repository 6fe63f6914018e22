package koine.app.cli;

import picocli.CommandLine.Command;

/** What runs the models. */
@Command(
        name = "engine",
        description = "cli.engine.about",
        subcommands = {EngineMeasureCommand.class, EnginePacksCommand.class, EngineRenderCommand.class})
final class EngineCommand {
    EngineCommand(CliContext context) {}
}
