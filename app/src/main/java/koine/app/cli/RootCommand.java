package koine.app.cli;

import java.util.concurrent.Callable;
import koine.app.Desktop;
import koine.app.chat.ChatOptions;
import koine.engine.client.Sampling;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Without a subcommand: the desktop, or where it cannot be shown the terminal chat. Descriptions are message keys. */
@Command(
        name = "koine",
        description = "cli.koine.about",
        subcommands = {
            AskCommand.class,
            ChatCommand.class,
            ModelsCommand.class,
            ConversationsCommand.class,
            DoctorCommand.class,
            BenchCommand.class,
            EngineCommand.class,
            ServeCommand.class,
            ScreenshotCommand.class
        })
final class RootCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(RootCommand.class);

    private final CliContext context;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "cli.option.help")
    boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "cli.option.version")
    boolean version;

    @Option(names = "--language", scope = ScopeType.INHERIT, paramLabel = "TAG", description = "cli.option.language")
    @Nullable
    String language;

    RootCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        if (context.desktop().available()) {
            try {
                return context.desktop().open(context.assistant(), language);
            } catch (Desktop.NoDisplayException e) {
                LOG.warn("no window", e);
            }
        }
        context.terminal().err().println(context.text("cli.no.display"));
        context.terminal().err().flush();
        return new TerminalChat(context, new ChatOptions(null, language, null, Sampling.DEFAULT, null, true)).run(null);
    }
}
