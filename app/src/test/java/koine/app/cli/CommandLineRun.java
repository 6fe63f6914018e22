package koine.app.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import koine.app.Assistant;
import koine.app.Desktop;
import koine.app.TestProfile;
import koine.app.chat.Engines;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;

/** Runs command lines in this process, over streams that a test can read. */
final class CommandLineRun {
    private final Path home;
    private final Engines engines;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private InputStream in = new ByteArrayInputStream(new byte[0]);
    private OutputStream sink = out;
    private boolean outputIsRead = true;
    private boolean typed;
    private boolean errorIsSeen;
    private volatile Runnable interrupt = () -> {};
    final ScriptedDesktop desktop = new ScriptedDesktop();

    CommandLineRun(Path home, Engines engines) {
        this.home = home;
        this.engines = engines;
    }

    CommandLineRun input(String text) {
        return input(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    CommandLineRun input(InputStream stream) {
        in = stream;
        return this;
    }

    /** As at a keyboard, with a screen. */
    CommandLineRun atTerminal() {
        typed = true;
        errorIsSeen = true;
        return this;
    }

    CommandLineRun output(OutputStream stream) {
        sink = stream;
        return this;
    }

    /** As {@code > FILE}; without it, as {@code | PROGRAM}. */
    CommandLineRun toFile() {
        outputIsRead = false;
        return this;
    }

    int run(String... args) {
        Terminal terminal = new Terminal(
                in,
                new PrintStream(sink, false, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                outputIsRead,
                typed,
                errorIsSeen);
        return new CommandLineApp(
                        terminal,
                        () -> TestProfile.open(home, engines),
                        desktop,
                        handler -> interrupt = handler,
                        "1.2.3")
                .run(args);
    }

    /** Ctrl+C. */
    void interrupt() {
        interrupt.run();
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    JsonElement json() {
        return JsonParser.parseString(out());
    }

    List<JsonObject> events() {
        List<JsonObject> events = new ArrayList<>();
        out().lines().forEach(line -> events.add(JsonParser.parseString(line).getAsJsonObject()));
        return events;
    }

    /** A desktop that notes what it was asked for. */
    static final class ScriptedDesktop implements Desktop {
        boolean available;
        boolean refuses;
        final List<String> calls = new ArrayList<>();

        @Override
        public boolean available() {
            return available;
        }

        @Override
        public int open(Assistant assistant, @Nullable String language) throws NoDisplayException {
            calls.add(language == null ? "open" : "open " + language);
            if (refuses) {
                throw new NoDisplayException(null);
            }
            return 0;
        }

        @Override
        public void screenshot(Assistant assistant, String screen, ScreenshotOptions options) throws Problem {
            calls.add(screen + " " + options.language() + " " + options.dark() + " " + options.width() + "x"
                    + options.height() + " " + options.out());
        }
    }
}
