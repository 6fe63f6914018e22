package koine.app.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import koine.app.chat.ChatObserver;
import koine.app.chat.ChatOptions;
import koine.app.chat.ContextPlan;
import koine.app.conversations.ContextNote;
import koine.app.conversations.Conversation;
import koine.app.conversations.ConversationStore;
import koine.app.conversations.Layer;
import koine.app.conversations.Message;
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
    private static final String CONTEXT = "/context";

    private final CliContext context;
    private ChatOptions options;
    private final BlockingQueue<Input> inputs = new LinkedBlockingQueue<>();
    private volatile @Nullable AnswerPrinter running;

    TerminalChat(CliContext context, ChatOptions options) {
        this.context = context;
        this.options = options;
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
                        case CONTEXT -> context.terminal().print(room(current) + "\n");
                        case NEW -> {
                            current = null;
                            hint("cli.chat.new", Map.of());
                        }
                        case String line when TerminalLayers.isMeantBy(line) -> layers(line, current);
                        default -> {
                            if (text.startsWith("/") && !text.contains(" ")) {
                                say("cli.chat.unknown", Map.of("command", SafeText.line(text.strip()), "help", HELP));
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

    /** Shows the layers, after having changed them when the line says so; from the next answer on they hold. */
    private void layers(String line, @Nullable String conversationId) {
        try {
            List<Layer> chosen = new TerminalLayers(context, options).chosen(line);
            if (chosen != null) {
                options = options.withLayers(chosen);
            }
            context.terminal().print(new TerminalLayers(context, options).show(conversationId));
        } catch (Problem | RuntimeException e) {
            context.report(e);
        }
    }

    private record Answer(@Nullable String conversationId, int exitCode) {}

    private interface Question {
        Object put(ChatObserver observer) throws Problem;
    }

    private Answer ask(@Nullable String conversationId, String question) {
        return answer(
                conversationId,
                observer -> context.assistant().chat().ask(conversationId, question, options, observer));
    }

    private Answer answer(@Nullable String conversationId, Question question) {
        AnswerPrinter printer = new AnswerPrinter(context, false);
        running = printer;
        try {
            question.put(printer);
            running = null;
            printer.tellLimit("");
            int exitCode = printer.ended(true);
            return new Answer(printer.conversationId(), exitCode == ExitCodes.INTERRUPTED ? ExitCodes.DONE : exitCode);
        } catch (Problem | RuntimeException e) {
            running = null;
            String stored = printer.conversationId() == null ? conversationId : printer.conversationId();
            int exitCode = printer.failed(e);
            boolean tooLong = e instanceof Problem problem && problem.code().equals("KOINE-E202");
            return tooLong && stored != null && context.terminal().inputIsTyped()
                    ? makeRoom(stored, exitCode)
                    : new Answer(stored, exitCode);
        } finally {
            running = null;
        }
    }

    /** Offers what can be done, does what is chosen, and asks again. */
    private Answer makeRoom(String conversationId, int exitCode) {
        ContextPlan plan = context.assistant().chat().context();
        try {
            OverflowChoice choice = new OverflowChoice(context, plan.examine(conversationId, options));
            String lines = choice.lines();
            if (lines.isEmpty()) {
                return new Answer(conversationId, exitCode);
            }
            context.terminal().print(lines);
            prompt();
            OverflowChoice.Way way = next() instanceof Input.Line(String typed) ? choice.chosen(typed) : null;
            if (way == null) {
                return new Answer(conversationId, exitCode);
            }
            if (!made(way, conversationId, plan, choice)) {
                return new Answer(conversationId, ExitCodes.DONE);
            }
        } catch (Problem | RuntimeException e) {
            return new Answer(conversationId, context.report(e));
        }
        return answer(conversationId, observer -> context.assistant().chat().retry(conversationId, options, observer));
    }

    /** @return false when it was given up */
    private boolean made(OverflowChoice.Way way, String conversationId, ContextPlan plan, OverflowChoice choice)
            throws Problem {
        switch (way) {
            case DROP -> plan.dropOldest(conversationId, options);
            case ENLARGE -> {
                plan.enlarge(conversationId, choice.larger(), options);
                options = options.withContext(0); // the conversation has its own from now on
            }
            case SUMMARIZE -> {
                AnswerPrinter printer = new AnswerPrinter(context, false, conversationId);
                running = printer;
                ContextNote note;
                try {
                    note = plan.summarize(conversationId, options, printer.silently());
                } finally {
                    running = null;
                    printer.closed();
                }
                if (note == null) {
                    return false;
                }
                hint("cli.overflow.summary", Map.of("summary", SafeText.of(String.valueOf(note.summary()))));
            }
        }
        return true;
    }

    /** How much of the room the conversation has used, as the newest answer tells it. */
    private String room(@Nullable String conversationId) {
        if (conversationId != null) {
            for (Message message :
                    context.assistant().conversations().messages(conversationId).reversed()) {
                Message.Ending ending = message.ending();
                if (ending != null && ending.contextTokens() > 0) {
                    return context.text(
                            "cli.context.used", Map.of("used", message.usedTokens(), "total", ending.contextTokens()));
                }
            }
        }
        return context.text("cli.context.unknown");
    }

    private String help() {
        return new Table()
                .row(TerminalLayers.COMMAND, context.text("cli.chat.help.layers"))
                .row(CONTEXT, context.text("cli.chat.help.context"))
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
            say(key, arguments);
        }
    }

    private void say(String key, Map<String, String> arguments) {
        context.terminal().err().println(context.text(key, arguments));
        context.terminal().err().flush();
    }
}
