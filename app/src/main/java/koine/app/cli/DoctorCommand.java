package koine.app.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import koine.app.Assistant;
import koine.engine.client.PackProbe;
import koine.engine.llama.Device;
import koine.engine.packs.InstalledPack;
import koine.i18n.Formats;
import koine.i18n.Messages;
import koine.i18n.Problem;
import koine.i18n.UiLanguage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What Koine finds on this computer. */
@Command(name = "doctor", description = "cli.doctor.about")
final class DoctorCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(DoctorCommand.class);

    private final CliContext context;

    @Option(names = "--json", description = "cli.option.json")
    boolean json;

    DoctorCommand(CliContext context) {
        this.context = context;
    }

    /**
     * @param pack null when there is none for this computer
     * @param policy null: no policy is in force
     */
    private record Report(
            Java java,
            @Nullable Pack pack,
            List<Tried> packs,
            List<Computer.Device> devices,
            Computer.Memory memory,
            String dataFolder,
            @Nullable String policy,
            List<Language> languages) {}

    private record Java(String version, String vendor) {}

    private record Pack(String id, String folder) {}

    /**
     * A pack, as it went when it was tried in a process of its own.
     *
     * @param outcome {@code usable}, {@code refused}, {@code crashed}, {@code hung} or {@code untried}
     * @param tried the device that was being tried when it crashed or hung; null when it was the load
     * @param chosen whether models run with it
     * @param needs libraries of a driver or its maker's runtime
     */
    private record Tried(
            String id,
            String outcome,
            @Nullable String tried,
            @Nullable String detail,
            List<String> needs,
            boolean chosen,
            List<Device> devices) {
        /** A pack for graphics cards that has none to compute on. */
        boolean missesGraphics() {
            return outcome.equals("usable") && !needs.isEmpty() && !findsGraphics();
        }

        boolean findsGraphics() {
            return devices.stream()
                    .anyMatch(device -> device.starts() && device.kind().isGraphics());
        }
    }

    private record Language(String tag, boolean complete) {}

    @Override
    public Integer call() throws Problem {
        Assistant assistant = context.assistant();
        Report report = new Report(
                new Java(Runtime.version().toString(), System.getProperty("java.vendor", "")),
                pack(assistant),
                tried(assistant),
                Computer.devices(),
                Computer.memory(),
                assistant.folders().data().toString(),
                null,
                Arrays.stream(UiLanguage.values())
                        .map(l -> new Language(l.tag(), Messages.of(l).complete()))
                        .toList());
        return context.print(json, () -> report, m -> table(m, report));
    }

    private static @Nullable Pack pack(Assistant assistant) {
        try {
            Path folder = assistant.packs().plain();
            return new Pack(String.valueOf(folder.getFileName()), folder.toString());
        } catch (Problem none) {
            return null;
        }
    }

    private static List<Tried> tried(Assistant assistant) throws Problem {
        List<Tried> all = new ArrayList<>();
        for (InstalledPack installed : assistant.packs().installed()) {
            if (installed.pack().extendedPack() == null) {
                all.add(tried(installed, isChosen(assistant, installed)));
            }
        }
        return all;
    }

    private static boolean isChosen(Assistant assistant, InstalledPack installed) {
        try {
            return assistant.packs().plain().equals(installed.folder());
        } catch (Problem none) {
            return false;
        }
    }

    private static Tried tried(InstalledPack installed, boolean chosen) throws Problem {
        try {
            PackProbe.Result result = new PackProbe().probe(installed.folder());
            return new Tried(
                    installed.pack().id(),
                    result.outcome().name().toLowerCase(Locale.ROOT),
                    result.tried(),
                    result.detail(),
                    installed.pack().needs(),
                    chosen,
                    result.devices());
        } catch (IOException e) {
            LOG.warn("no probe could be started", e);
            return new Tried(
                    installed.pack().id(),
                    "untried",
                    null,
                    null,
                    installed.pack().needs(),
                    chosen,
                    List.of());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem("KOINE-E108", Map.of(), e);
        }
    }

    private static String told(Messages m, Formats formats, Tried pack) {
        List<String> devices = pack.devices().stream()
                .filter(Device::starts)
                .map(device -> SafeText.line(device.description().strip()))
                .distinct()
                .toList();
        return m.text(
                "cli.doctor.packs." + (pack.missesGraphics() ? "without" : pack.outcome()),
                Map.of(
                        "needs",
                        formats.list(pack.needs()),
                        "pack",
                        pack.id(),
                        "devices",
                        formats.list(devices),
                        "device",
                        pack.tried() == null ? "" : SafeText.line(pack.tried()),
                        "when",
                        pack.tried() == null ? "load" : "device"));
    }

    private String table(Messages m, Report report) {
        Formats formats = context.formats();
        Table table = new Table()
                .row(m.text("cli.doctor.java"), report.java().version())
                .row(
                        m.text("cli.doctor.pack"),
                        report.pack() == null
                                ? m.text("cli.doctor.none")
                                : report.pack().id());
        for (Tried pack : report.packs()) {
            table.row(m.text("cli.doctor.packs"), told(m, formats, pack));
        }
        boolean used = report.packs().stream().anyMatch(pack -> pack.chosen() && pack.findsGraphics());
        if (!used && report.packs().stream().anyMatch(Tried::findsGraphics)) {
            table.row(m.text("cli.doctor.graphics"), m.text("cli.doctor.graphics.unused"));
        }
        for (Computer.Device device : report.devices()) {
            table.row(
                    m.text("cli.doctor.device"),
                    m.text("cli.doctor.processor", Map.of("name", device.name(), "threads", device.threads())));
        }
        table.row(
                        m.text("cli.doctor.memory"),
                        m.text(
                                "cli.doctor.memory.of",
                                Map.of(
                                        "available",
                                                formats.bytes(report.memory().availableBytes()),
                                        "total", formats.bytes(report.memory().totalBytes()))))
                .row(m.text("cli.doctor.data"), report.dataFolder())
                .row(m.text("cli.doctor.policy"), m.text("cli.doctor.none"));
        List<String> languages = new ArrayList<>();
        for (Language language : report.languages()) {
            String name = formats.languageName(language.tag());
            languages.add(language.complete() ? name : m.text("cli.doctor.incomplete", Map.of("language", name)));
        }
        return table.row(m.text("cli.doctor.languages"), formats.list(languages))
                .toString();
    }
}
