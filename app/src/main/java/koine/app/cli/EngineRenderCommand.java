package koine.app.cli;

import com.google.gson.JsonParseException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import koine.engine.template.RenderingReport;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Chat templates rendered with given cases, to be compared with what Python's Jinja2 makes of them. */
@Command(name = "render", description = "cli.engine.render.about")
final class EngineRenderCommand implements Callable<Integer> {
    private static final String SUFFIX = ".jinja";

    private final CliContext context;

    @Parameters(index = "0", paramLabel = "FOLDER", description = "cli.engine.render.folder")
    @Nullable
    Path folder;

    @Parameters(index = "1", paramLabel = "CASES.json", description = "cli.engine.render.cases")
    @Nullable
    Path cases;

    @Option(
            names = "--now",
            paramLabel = "TIME",
            defaultValue = "2026-11-22T10:00",
            description = "cli.engine.render.now")
    @Nullable
    LocalDateTime now;

    EngineRenderCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Problem {
        Clock clock = Clock.fixed(Objects.requireNonNull(now).toInstant(ZoneOffset.UTC), ZoneOffset.UTC);
        RenderingReport report = RenderingReport.of(
                templates(Objects.requireNonNull(folder)), cases(Objects.requireNonNull(cases)), clock);
        context.terminal().print(report.json());
        context.terminal()
                .err()
                .println(context.text(
                        "cli.engine.render.done",
                        Map.of(
                                "templates", report.templates(),
                                "cases", report.cases(),
                                "supported", report.supported())));
        context.terminal().err().flush();
        return ExitCodes.DONE;
    }

    private static Map<String, Map<String, @Nullable Object>> cases(Path file) throws Problem {
        try {
            return RenderingCases.read(Files.readString(file));
        } catch (IOException e) {
            throw unreadable(file, e);
        } catch (JsonParseException e) {
            throw new Problem("KOINE-A127", Map.of("file", SafeText.line(file.toString())), e);
        }
    }

    private static Map<String, String> templates(Path folder) throws Problem {
        Map<String, String> sources = new LinkedHashMap<>();
        Path current = folder;
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> sorted = files.filter(file -> name(file).endsWith(SUFFIX))
                    .sorted(byCodePoints())
                    .toList();
            for (Path file : sorted) {
                current = file;
                sources.put(name(file), Files.readString(file));
            }
            return sources;
        } catch (IOException | UncheckedIOException e) {
            throw unreadable(current, e);
        }
    }

    private static Problem unreadable(Path file, Exception cause) {
        return new Problem("KOINE-A124", Map.of("file", SafeText.line(file.toString())), cause);
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    /** As Python sorts texts; UTF-8 bytes have the order of code points. */
    private static Comparator<Path> byCodePoints() {
        return Comparator.comparing(file -> name(file).getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);
    }
}
