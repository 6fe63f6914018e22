package koine.app.cli;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import koine.app.Assistant;
import koine.app.Desktop;
import koine.app.conversations.StorageException;
import koine.i18n.Formats;
import koine.i18n.Messages;
import koine.i18n.Problem;
import koine.i18n.UiLanguage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the commands share: streams, texts, the assistant. Everything is made when it is first needed. */
final class CliContext implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CliContext.class);

    private final Terminal terminal;
    private final Supplier<Assistant> assistants;
    private final Desktop desktop;
    private final Interrupts interrupts;
    private final @Nullable String wantedLanguage;
    private @Nullable Assistant assistant;
    private @Nullable Messages messages;

    /** @param wantedLanguage what stands after {@code --language}, as it was typed */
    CliContext(
            Terminal terminal,
            Supplier<Assistant> assistants,
            Desktop desktop,
            Interrupts interrupts,
            @Nullable String wantedLanguage) {
        this.terminal = terminal;
        this.assistants = assistants;
        this.desktop = desktop;
        this.interrupts = interrupts;
        this.wantedLanguage = wantedLanguage;
    }

    Terminal terminal() {
        return terminal;
    }

    Desktop desktop() {
        return desktop;
    }

    Interrupts interrupts() {
        return interrupts;
    }

    /** Tells, when it is first made, what is to be told about the profile. */
    synchronized Assistant assistant() {
        Assistant made = assistant;
        if (made == null) {
            made = assistants.get();
            assistant = made;
            for (Problem notice : made.notices()) {
                tell(notice);
            }
        }
        return made;
    }

    /** Texts in the language that was asked for, else the chosen one, else the system's. */
    synchronized Messages messages() {
        Messages known = messages;
        if (known == null) {
            List<String> wanted = new ArrayList<>();
            if (wantedLanguage != null) {
                wanted.add(wantedLanguage);
            }
            try {
                wanted.add(assistant().settings().language().tag());
            } catch (RuntimeException e) {
                LOG.error("no assistant", e); // what went wrong is said in English then
            }
            known = Messages.of(UiLanguage.best(wanted));
            messages = known;
        }
        return known;
    }

    Formats formats() {
        return new Formats(messages().language(), ZoneId.systemDefault());
    }

    String text(String key) {
        return messages().text(key);
    }

    String text(String key, Map<String, ?> arguments) {
        return messages().text(key, arguments);
    }

    /** One sentence and its code. */
    String sentence(Problem problem) {
        return sentence(messages().text(problem), problem.code());
    }

    private static String sentence(String words, String code) {
        return SafeText.line(words) + " (" + code + ")"; // names of files are in it
    }

    void tell(Problem problem) {
        tell(messages().text(problem), problem.code());
    }

    void tell(String words, String code) {
        terminal.err().println(sentence(words, code));
        terminal.err().flush();
    }

    /** Says what went wrong. @return the exit code */
    int report(Exception failure) {
        Problem problem = problem(failure);
        tell(problem);
        return ExitCodes.of(problem);
    }

    /** What to tell a person; what is no problem of a person's is a fault of the program, and goes to the log. */
    static Problem problem(Exception failure) {
        return switch (failure) {
            case Problem problem -> problem;
            case StorageException storage -> storage.problem();
            default -> {
                LOG.error("unexpected", failure);
                yield new Problem("KOINE-A199", Map.of("file", "koine.log"), failure);
            }
        };
    }

    static Problem noSuchConversation(String id) {
        return new Problem("KOINE-C101", Map.of("id", SafeText.line(id), "command", "koine conversations list"));
    }

    /** Prints a table for people, or JSON for programs. */
    int print(boolean json, Supplier<Object> document, Function<Messages, String> table) {
        terminal.print(json ? Json.document(document.get()) + "\n" : table.apply(messages()));
        return ExitCodes.DONE;
    }

    @Override
    public synchronized void close() {
        if (assistant != null) {
            assistant.close();
        }
    }
}
