package koine.app.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import koine.app.chat.ChatOptions;
import koine.engine.client.Sampling;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** One question, one answer. */
@Command(name = "ask", description = "cli.ask.about")
final class AskCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(AskCommand.class);

    /** What the model was never asked, and would not be if the same command ran again. */
    private static final Set<String> REFUSALS =
            Set.of("KOINE-E115", "KOINE-E202", "KOINE-E203", "KOINE-E204", "KOINE-E118", "KOINE-A120", "KOINE-A121");

    /** Reasons of {@code KOINE-E118} that may be gone the next time. */
    private static final Set<String> PASSING = Set.of("missing", "out_of_memory");

    private final CliContext context;

    @ParentCommand
    @Nullable
    RootCommand root;

    @Option(names = "--model", paramLabel = "MODEL", description = "cli.option.model")
    @Nullable
    String model;

    @Option(names = "--system", paramLabel = "TEXT", description = "cli.option.system")
    @Nullable
    String system;

    @Option(names = "--max-tokens", paramLabel = "N", description = "cli.option.max-tokens")
    @Nullable
    Integer maxTokens;

    @Option(names = "--temperature", paramLabel = "T", description = "cli.option.temperature")
    @Nullable
    Double temperature;

    @Option(names = "--seed", paramLabel = "N", description = "cli.option.seed")
    @Nullable
    Long seed;

    @Option(names = "--no-save", description = "cli.option.no-save")
    boolean noSave;

    @Option(names = "--think", paramLabel = "on|off", description = "cli.option.think")
    @Nullable
    String think;

    @Option(names = "--context", paramLabel = "N", description = "cli.option.context")
    @Nullable
    Integer contextTokens;

    @Option(names = LayerOption.NAME, paramLabel = "LAYER[=SCALE]", description = "cli.option.layer")
    List<String> layers = List.of();

    @Option(names = "--json", description = "cli.option.json-events")
    boolean json;

    @Parameters(paramLabel = "TEXT", arity = "0..*", description = "cli.ask.text")
    List<String> words = List.of();

    AskCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AnswerPrinter printer = new AnswerPrinter(context, json);
        ChatOptions options = ChatOptions.DEFAULT;
        try {
            if (maxTokens != null) {
                OptionValues.check("--max-tokens", maxTokens);
            }
            if (temperature != null) {
                OptionValues.check("--temperature", temperature);
            }
            if (seed != null) {
                OptionValues.check("--seed", seed);
            }
            options = new ChatOptions(
                    model,
                    root == null ? null : root.language,
                    system,
                    new Sampling(temperature, null, null, null, seed),
                    maxTokens,
                    !noSave,
                    thinking(think),
                    contextTokens(contextTokens),
                    LayerOption.parse(LayerOption.NAME, layers),
                    true);
            String question = question();
            context.interrupts().onInterrupt(printer::interrupt);
            context.assistant().chat().ask(null, question, options, printer);
        } catch (Problem e) {
            String way = e.code().equals("KOINE-E202") ? wayOut(printer.conversationId(), options) : null;
            if (REFUSALS.contains(e.code()) && !PASSING.contains(e.arguments().getOrDefault("reason", ""))) {
                forget(printer.conversationId());
            }
            return way == null ? printer.failed(e) : printer.failed(e, way);
        } catch (RuntimeException e) {
            return printer.failed(e);
        }
        if (maxTokens == null) {
            printer.tellLimit(noSave ? null : "koine chat --continue " + printer.conversationId());
        }
        return printer.ended(!noSave);
    }

    /** The command can be given again, and each try would leave the same question behind. */
    private void forget(@Nullable String conversationId) {
        if (conversationId != null && !noSave) {
            try {
                context.assistant().conversations().delete(conversationId);
            } catch (RuntimeException e) {
                LOG.warn("a question that was refused stays", e);
            }
        }
    }

    /** How the question could be asked after all; null when that cannot be told. */
    private @Nullable String wayOut(@Nullable String conversationId, ChatOptions options) {
        if (conversationId == null) {
            return null;
        }
        try {
            return OverflowChoice.sentence(
                    context, context.assistant().chat().context().examine(conversationId, options));
        } catch (Problem | RuntimeException e) {
            return null; // what went wrong first says enough
        }
    }

    /** @return null when it was not given */
    static @Nullable Boolean thinking(@Nullable String onOrOff) throws Problem {
        return onOrOff == null ? null : OptionValues.isFirst("--think", onOrOff);
    }

    /** @return 0 when it was not given */
    static int contextTokens(@Nullable Integer value) throws Problem {
        if (value == null) {
            return 0;
        }
        OptionValues.check("--context", value);
        return value;
    }

    private String question() throws Problem {
        boolean fromInput = words.equals(List.of("-"))
                || (words.isEmpty() && !context.terminal().inputIsTyped());
        if (words.isEmpty() && !fromInput) {
            throw UsageProblems.missing("TEXT");
        }
        String question = fromInput ? input() : String.join(" ", words);
        if (question.isBlank()) {
            throw new Problem("KOINE-A106", Map.of());
        }
        return question;
    }

    private String input() throws Problem {
        try {
            String text = new String(context.terminal().in().readAllBytes(), StandardCharsets.UTF_8);
            return text.startsWith("\ufeff") ? text.substring(1).strip() : text.strip();
        } catch (IOException e) {
            throw new Problem("KOINE-A115", Map.of(), e);
        }
    }
}
