package koine.app.cli;

import picocli.CommandLine.Command;

/** What developers ask of the engine. */
@Command(name = "engine", description = "cli.engine.about", subcommands = EngineRenderCommand.class)
final class EngineCommand {
    EngineCommand(CliContext context) {}
}
