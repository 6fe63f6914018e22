package koine.app.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import koine.app.Assistant;
import koine.i18n.Formats;
import koine.i18n.Messages;
import koine.i18n.Problem;
import koine.i18n.UiLanguage;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What Koine finds on this computer. */
@Command(name = "doctor", description = "cli.doctor.about")
final class DoctorCommand implements Callable<Integer> {
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
            List<Computer.Device> devices,
            Computer.Memory memory,
            String dataFolder,
            @Nullable String policy,
            List<Language> languages) {}

    private record Java(String version, String vendor) {}

    private record Pack(String id, String folder) {}

    private record Language(String tag, boolean complete) {}

    @Override
    public Integer call() {
        Assistant assistant = context.assistant();
        Report report = new Report(
                new Java(Runtime.version().toString(), System.getProperty("java.vendor", "")),
                pack(assistant),
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

    private String table(Messages m, Report report) {
        Formats formats = context.formats();
        Table table = new Table()
                .row(m.text("cli.doctor.java"), report.java().version())
                .row(
                        m.text("cli.doctor.pack"),
                        report.pack() == null
                                ? m.text("cli.doctor.none")
                                : report.pack().id());
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
