package koine.app.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** A conversation in the terminal. */
@Command(name = "chat", description = "cli.chat.about")
final class ChatCommand implements Callable<Integer> {
    private final CliContext context;

    @ParentCommand
    @Nullable
    RootCommand root;

    @Option(names = "--model", paramLabel = "MODEL", description = "cli.option.model")
    @Nullable
    String model;

    @Option(names = "--continue", paramLabel = "ID", description = "cli.option.continue")
    @Nullable
    String conversationId;

    ChatCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        return new TerminalChat(context, model, root == null ? null : root.language).run(conversationId);
    }
}
