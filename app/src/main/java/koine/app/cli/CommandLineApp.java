package koine.app.cli;

import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import koine.app.Assistant;
import koine.app.Desktop;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** The whole command line over given streams; what {@link KoineCommand} runs, and what tests run. */
final class CommandLineApp {
    private final Terminal terminal;
    private final Supplier<Assistant> assistants;
    private final Desktop desktop;
    private final Interrupts interrupts;
    private final String version;

    /** @param assistants made at most once, when a command needs it; closed when the command is done */
    CommandLineApp(
            Terminal terminal, Supplier<Assistant> assistants, Desktop desktop, Interrupts interrupts, String version) {
        this.terminal = terminal;
        this.assistants = assistants;
        this.desktop = desktop;
        this.interrupts = interrupts;
        this.version = version;
    }

    /** @return the exit code */
    int run(String... args) {
        try (CliContext context = new CliContext(terminal, assistants, desktop, interrupts, language(args))) {
            int exitCode = commandLine(context).execute(withHelpOption(args));
            if (terminal.out().checkError() && !terminal.outputIsRead() && exitCode == ExitCodes.DONE) {
                exitCode = context.report(new Problem("KOINE-A128", Map.of()));
            }
            terminal.err().flush();
            return exitCode;
        }
    }

    /** Who writes {@code koine help ask} means {@code koine ask --help}. */
    static String[] withHelpOption(String... args) {
        int first = 0;
        while (first < args.length && args[first].startsWith("-")) {
            first += args[first].equals("--language") ? 2 : 1;
        }
        if (first >= args.length || !args[first].equals("help")) {
            return args;
        }
        List<String> rewritten = new ArrayList<>(Arrays.asList(args));
        rewritten.remove(first);
        rewritten.add("--help");
        return rewritten.toArray(String[]::new);
    }

    private CommandLine commandLine(CliContext context) {
        RootCommand root = new RootCommand(context);
        CommandLine line = new CommandLine(root, new CommandLine.IFactory() {
            @Override
            public <K> K create(Class<K> type) throws Exception {
                if (type.getPackage() == CommandLineApp.class.getPackage()) {
                    return type.cast(
                            type.getDeclaredConstructor(CliContext.class).newInstance(context));
                }
                return CommandLine.defaultFactory().create(type);
            }
        });
        line.getCommandSpec().version("Koine " + version);
        line.setOut(writer(terminal.out()));
        line.setErr(writer(terminal.err()));
        line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
        line.setUnmatchedOptionsArePositionalParams(false);
        line.setParameterExceptionHandler((refused, args) -> context.report(UsageProblems.of(refused)));
        line.setExecutionExceptionHandler((failure, failed, parsed) -> context.report(failure));
        line.setExecutionStrategy(parsed -> execute(context, root, line, parsed));
        return line;
    }

    private static int execute(CliContext context, RootCommand root, CommandLine line, ParseResult parsed) {
        if (helpWanted(parsed)) {
            LocalizedHelp.apply(line, context.messages());
        } else {
            try {
                LanguageOption.check(root.language, parsed);
            } catch (Problem e) {
                return context.report(e);
            }
        }
        return new CommandLine.RunLast().execute(parsed);
    }

    private static boolean helpWanted(ParseResult parsed) {
        return parsed.isUsageHelpRequested() || (parsed.hasSubcommand() && helpWanted(parsed.subcommand()));
    }

    /** Read before the rest, for what is wrong with the rest is to be said in this language. */
    private static @Nullable String language(String[] args) {
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--")) {
                return null;
            }
            if (args[i].startsWith("--language=")) {
                return args[i].substring("--language=".length());
            }
            if (args[i].equals("--language") && i + 1 < args.length) {
                return args[i + 1];
            }
        }
        return null;
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
    }
}
