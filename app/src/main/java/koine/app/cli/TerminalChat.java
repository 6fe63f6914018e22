package koine.app.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import koine.app.chat.ChatOptions;
import koine.app.conversations.Conversation;
import koine.app.conversations.ConversationStore;
import koine.engine.client.Sampling;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;

/**
 * Reads questions line by line and prints the answers. Ctrl+C stops a running answer; when none runs, it leaves.
 *
 * <p>Lines are read by a thread of their own: a thread that waits for a keyboard cannot be woken by Ctrl+C.
 */
final class TerminalChat {
    private sealed interface Input {
        record Line(String text) implements Input {}

        record End() implements Input {}

        record Interrupt() implements Input {}
    }

    private static final String HELP = "/help";
    private static final String NEW = "/new";
    private static final String QUIT = "/quit";

    private final CliContext context;
    private final ChatOptions options;
    private final BlockingQueue<Input> inputs = new LinkedBlockingQueue<>();
    private volatile @Nullable AnswerPrinter running;

    TerminalChat(CliContext context, @Nullable String model, @Nullable String language) {
        this.context = context;
        this.options = new ChatOptions(model, language, null, Sampling.DEFAULT, null, true);
    }

    /** @param conversationId to go on with; null begins anew with the first question */
    int run(@Nullable String conversationId) throws Problem {
        ConversationStore conversations = context.assistant().conversations();
        if (conversationId != null) {
            Conversation found =
                    conversations.find(conversationId).orElseThrow(() -> CliContext.noSuchConversation(conversationId));
            hint("cli.chat.continues", Map.of("title", SafeText.line(found.title())));
        } else {
            hint("cli.chat.welcome", Map.of("help", HELP, "quit", QUIT));
        }
        String current = conversationId;
        context.interrupts().onInterrupt(this::interrupt);
        Thread.ofPlatform().name("koine-terminal-input").daemon().start(this::readLines);
        int lastFailure = ExitCodes.DONE;
        while (true) {
            prompt();
            switch (next()) {
                case Input.Interrupt() -> {
                    context.terminal().print("\n");
                    return ExitCodes.INTERRUPTED;
                }
                case Input.End() -> {
                    return context.terminal().inputIsTyped() ? ExitCodes.DONE : lastFailure;
                }
                case Input.Line(String text) -> {
                    switch (text.strip()) {
                        case "" -> {}
                        case QUIT, "/exit" -> {
                            return ExitCodes.DONE;
                        }
                        case HELP -> context.terminal().print(help());
                        case NEW -> {
                            current = null;
                            hint("cli.chat.new", Map.of());
                        }
                        default -> {
                            if (text.startsWith("/") && !text.contains(" ")) {
                                hint("cli.chat.unknown", Map.of("command", SafeText.line(text.strip()), "help", HELP));
                                break;
                            }
                            Answer answer = ask(current, text.strip());
                            current = answer.conversationId();
                            lastFailure = answer.exitCode();
                        }
                    }
                }
            }
        }
    }

    private record Answer(@Nullable String conversationId, int exitCode) {}

    private Answer ask(@Nullable String conversationId, String question) {
        AnswerPrinter printer = new AnswerPrinter(context, false);
        running = printer;
        try {
            context.assistant().chat().ask(conversationId, question, options, printer);
            running = null;
            int exitCode = printer.ended();
            if (printer.interrupted()) {
                hint("cli.chat.stopped", Map.of());
            }
            return new Answer(printer.conversationId(), exitCode == ExitCodes.INTERRUPTED ? ExitCodes.DONE : exitCode);
        } catch (Problem | RuntimeException e) {
            String stored = printer.conversationId();
            return new Answer(stored == null ? conversationId : stored, printer.failed(e));
        } finally {
            running = null;
        }
    }

    private String help() {
        return new Table()
                .row(NEW, context.text("cli.chat.help.new"))
                .row(QUIT, context.text("cli.chat.help.quit"))
                .row("Ctrl+C", context.text("cli.chat.help.stop"))
                .toString();
    }

    private void interrupt() {
        AnswerPrinter answer = running;
        if (answer == null) {
            inputs.add(new Input.Interrupt());
        } else {
            answer.interrupt();
        }
    }

    private Input next() {
        try {
            return inputs.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Input.Interrupt();
        }
    }

    private void readLines() {
        try {
            BufferedReader reader =
                    new BufferedReader(new InputStreamReader(context.terminal().in(), StandardCharsets.UTF_8));
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                inputs.add(new Input.Line(line));
            }
        } catch (IOException e) {
            inputs.add(new Input.End());
            return;
        }
        inputs.add(new Input.End());
    }

    private void prompt() {
        if (context.terminal().inputIsTyped()) {
            context.terminal().print("> ");
        }
    }

    /** Words of ours beside the conversation: for people at a keyboard alone. */
    private void hint(String key, Map<String, String> arguments) {
        if (context.terminal().inputIsTyped()) {
            context.terminal().err().println(context.text(key, arguments));
            context.terminal().err().flush();
        }
    }
}
