package koine.app.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import koine.engine.packs.InstalledPack;
import koine.engine.packs.Pack;
import koine.engine.packs.PackStore;
import koine.i18n.Formats;
import koine.i18n.Messages;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The native packs: what llama.cpp is installed as, for the processor and for graphics cards. */
@Command(name = "packs", description = "cli.packs.about")
final class EnginePacksCommand {
    private final CliContext context;

    EnginePacksCommand(CliContext context) {
        this.context = context;
    }

    /** @param state {@code available}, {@code bundled}, {@code installed} or {@code damaged} */
    private record Line(
            String id,
            String platform,
            String backend,
            String version,
            String release,
            String state,
            long bytes,
            List<String> needs,
            @Nullable String extendedPack,
            String archive,
            String sha512,
            @Nullable String folder) {}

    @Command(name = "list", description = "cli.packs.list.about")
    int list(
            @Option(names = "--check", description = "cli.packs.list.check") boolean check,
            @Option(names = "--json", description = "cli.option.json") boolean json) {
        PackStore packs = context.assistant().packs();
        List<Line> lines = packs.known().stream()
                .map(pack -> line(pack, packs.find(pack), check))
                .toList();
        return context.print(json, () -> lines, m -> table(m, lines));
    }

    @Command(name = "install", description = "cli.packs.install.about")
    int install(
            @Parameters(paramLabel = "ID", description = "cli.packs.id") String id,
            @Option(names = "--from", paramLabel = "FOLDER", defaultValue = "", description = "cli.packs.install.from")
                    Path folder)
            throws Problem {
        return tell(context.assistant().packs().addFrom(folder.toAbsolutePath().normalize(), id));
    }

    @Command(name = "import", description = "cli.packs.import.about")
    int importFrom(@Parameters(paramLabel = "FILE", description = "cli.packs.import.file") Path file) throws Problem {
        PackStore packs = context.assistant().packs();
        if (!Files.isDirectory(file)) {
            return tell(packs.add(file));
        }
        packs.addAll(file, this::tell);
        return ExitCodes.DONE;
    }

    @Command(name = "remove", description = "cli.packs.remove.about")
    int remove(@Parameters(paramLabel = "ID", description = "cli.packs.id") String id) throws Problem {
        context.assistant().packs().remove(id);
        context.terminal().print(context.text("cli.packs.removed", Map.of("pack", id)) + "\n");
        return ExitCodes.DONE;
    }

    private int tell(InstalledPack installed) {
        String id = installed.pack().id();
        context.terminal().print(context.text("cli.packs.installed", Map.of("pack", id)) + "\n");
        return ExitCodes.DONE;
    }

    private static Line line(Pack pack, Optional<InstalledPack> installed, boolean check) {
        return new Line(
                pack.id(),
                pack.platform(),
                name(pack.backend()),
                pack.version(),
                pack.release(),
                installed.map(one -> state(one, check)).orElse("available"),
                pack.bytes(),
                pack.needs(),
                pack.extendedPack(),
                pack.archiveName(),
                pack.sha512(),
                installed.map(one -> one.folder().toString()).orElse(null));
    }

    private static String state(InstalledPack installed, boolean check) {
        if (check && !PackStore.isWhole(installed)) {
            return "damaged";
        }
        return installed.bundled() ? "bundled" : "installed";
    }

    private String table(Messages m, List<Line> lines) {
        Formats formats = context.formats();
        Table table = new Table()
                .row(
                        m.text("cli.column.id"),
                        m.text("cli.packs.column.backend"),
                        m.text("cli.packs.column.release"),
                        m.text("cli.column.size"),
                        m.text("cli.column.state"),
                        m.text("cli.packs.column.needs"));
        for (Line line : lines) {
            table.row(
                    line.id(),
                    m.text("cli.packs.backend." + line.backend()),
                    line.release(),
                    formats.bytes(line.bytes()),
                    m.text("cli.packs.state." + line.state()),
                    formats.list(line.needs()));
        }
        return table.toString();
    }

    private static String name(Pack.Backend backend) {
        return backend.name().toLowerCase(Locale.ROOT);
    }
}
