package koine.app.cli;

import java.util.List;
import java.util.concurrent.Callable;
import koine.app.chat.ChatOptions;
import koine.app.conversations.Layer;
import koine.engine.client.Sampling;
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

    @Option(names = "--think", paramLabel = "on|off", description = "cli.option.think")
    @Nullable
    String think;

    @Option(names = "--context", paramLabel = "N", description = "cli.option.context")
    @Nullable
    Integer contextTokens;

    @Option(names = LayerOption.NAME, paramLabel = "LAYER[=SCALE]", description = "cli.option.layer")
    List<String> layers = List.of();

    ChatCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        ChatOptions options = new ChatOptions(
                model,
                root == null ? null : root.language,
                null,
                Sampling.DEFAULT,
                null,
                true,
                AskCommand.thinking(think),
                AskCommand.contextTokens(contextTokens));
        List<Layer> wanted = LayerOption.parse(LayerOption.NAME, layers);
        if (wanted != null) { // better refused now than with the first question
            options = options.withLayers(new TerminalLayers(context, options).ready(wanted));
        }
        return new TerminalChat(context, options).run(conversationId);
    }
}
