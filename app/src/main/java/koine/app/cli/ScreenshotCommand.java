package koine.app.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import koine.app.Desktop;
import koine.app.Desktop.ScreenshotOptions;
import koine.i18n.Problem;
import koine.i18n.UiLanguage;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** A picture of a screen, without a display. */
@Command(name = "screenshot", description = "cli.screenshot.about")
final class ScreenshotCommand implements Callable<Integer> {
    private static final Pattern SIZE = Pattern.compile("([1-9]\\d{1,3})x([1-9]\\d{1,3})");
    private final CliContext context;

    @ParentCommand
    @Nullable
    RootCommand root;

    @Parameters(paramLabel = "SCREEN", arity = "0..1", description = "cli.screenshot.screen")
    @Nullable
    String screen;

    @Option(names = "--list", description = "cli.option.list-screens")
    boolean list;

    @Option(names = "--theme", paramLabel = "light|dark", description = "cli.option.theme")
    @Nullable
    String theme;

    @Option(names = "--size", paramLabel = "WxH", defaultValue = "1100x760", description = "cli.option.size")
    String size = "";

    @Option(names = "--out", paramLabel = "FILE", description = "cli.option.out")
    @Nullable
    Path out;

    @Option(names = "--state", paramLabel = "STATE", description = "cli.option.state")
    @Nullable
    String state;

    @Option(names = "--json", description = "cli.option.json")
    boolean json;

    ScreenshotCommand(CliContext context) {
        this.context = context;
    }

    private record Listed(String screen, List<String> states) {}

    @Override
    public Integer call() throws Problem {
        List<Desktop.Screen> screens = context.desktop().screens();
        if (list) {
            return context.print(
                    json,
                    () -> screens.stream()
                            .map(s -> new Listed(s.name(), s.states()))
                            .toList(),
                    m -> table(screens));
        }
        if (screen == null) {
            throw UsageProblems.missing("SCREEN");
        }
        if (screens.stream().noneMatch(s -> s.name().equals(screen))) {
            throw unknown(screen, screens);
        }
        List<String> states = screens.stream()
                .filter(s -> s.name().equals(screen))
                .flatMap(s -> s.states().stream())
                .toList();
        if (state != null && !states.contains(state)) {
            throw OptionValues.bad("--state", state, states);
        }
        if (out == null) {
            throw UsageProblems.missing("--out FILE");
        }
        Matcher wanted = SIZE.matcher(size);
        if (!wanted.matches()) {
            throw OptionValues.bad("--size", size);
        }
        ScreenshotOptions options = new ScreenshotOptions(
                root == null || root.language == null ? null : UiLanguage.best(List.of(root.language)),
                dark(),
                Integer.parseInt(wanted.group(1)),
                Integer.parseInt(wanted.group(2)),
                out,
                state);
        context.desktop().screenshot(context.assistant(), screen, options);
        if (json) {
            return context.print(
                    true, () -> Map.of("screen", String.valueOf(screen), "out", String.valueOf(out)), m -> "");
        }
        return ExitCodes.DONE;
    }

    private @Nullable Boolean dark() throws Problem {
        return theme == null ? null : !OptionValues.isFirst("--theme", theme);
    }

    private static Problem unknown(String screen, List<Desktop.Screen> screens) {
        String names =
                String.join(", ", screens.stream().map(Desktop.Screen::name).toList());
        return new Problem("KOINE-A107", Map.of("screen", SafeText.line(screen), "screens", names));
    }

    private static String table(List<Desktop.Screen> screens) {
        Table table = new Table();
        screens.forEach(s -> table.row(s.name(), String.join(" ", s.states())));
        return table.toString();
    }
}
