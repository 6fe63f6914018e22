package koine.app.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import koine.app.Assistant;
import koine.app.PackOutcome;
import koine.engine.client.PackProbe;
import koine.engine.hardware.Placements;
import koine.engine.hardware.Wish;
import koine.engine.llama.Device;
import koine.engine.packs.Pack;
import koine.engine.packs.Pack.Backend;
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
            @Nullable Plain pack,
            List<Tried> packs,
            Computes computes,
            List<Computer.Device> devices,
            Computer.Memory memory,
            String dataFolder,
            @Nullable String policy,
            List<Language> languages) {}

    private record Java(String version, String vendor) {}

    /** The pack for the processor, or the engine that comes with the program. */
    private record Plain(String id, String folder) {}

    /**
     * What computes models.
     *
     * @param why {@code device}; or the processor, because no pack can be used at all ({@code builtIn}), it was {@code wished}, there is {@code none} of the packs for
     *     graphics, or what is there is {@code unusable}; or nothing: no pack can be used, and the processor is {@code tooOld} for
     *     what comes with the program
     * @param device null for the processor
     */
    private record Computes(String why, @Nullable String device) {}

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
            List<Device> devices) {}

    private record Language(String tag, boolean complete) {}

    @Override
    public Integer call() throws Problem {
        Assistant assistant = context.assistant();
        List<Placements.Seen> seen = assistant.placements().look(true);
        Device device = assistant.placements().chosen(seen).orElse(null);
        Report report = new Report(
                new Java(Runtime.version().toString(), System.getProperty("java.vendor", "")),
                pack(assistant, seen),
                seen.stream()
                        .map(one -> tried(one, isChosen(assistant, one, device)))
                        .toList(),
                computes(assistant, seen, device),
                Computer.devices(),
                Computer.memory(),
                assistant.folders().data().toString(),
                null,
                Arrays.stream(UiLanguage.values())
                        .map(l -> new Language(l.tag(), Messages.of(l).complete()))
                        .toList());
        return context.print(json, () -> report, m -> table(m, report, seen));
    }

    private static @Nullable Plain pack(Assistant assistant, List<Placements.Seen> seen) {
        try {
            Path folder = assistant.placements().usesBuiltIn(seen)
                    ? assistant.packs().builtIn().orElseThrow()
                    : assistant.packs().usual();
            return new Plain(String.valueOf(folder.getFileName()), folder.toString());
        } catch (Problem none) {
            return null;
        }
    }

    private static Computes computes(Assistant assistant, List<Placements.Seen> seen, @Nullable Device device) {
        if (device != null) {
            return new Computes("device", device.description().strip());
        }
        if (assistant.placements().usesBuiltIn(seen)) {
            return new Computes("builtIn", null);
        }
        if (Placements.noneUsable(seen)
                && !assistant.packs().lackingForBuiltIn().isEmpty()) {
            return new Computes("tooOld", null);
        }
        if (Wish.PROCESSOR_WORD.equals(assistant.settings().device())) {
            return new Computes("wished", null);
        }
        boolean graphics = seen.stream().anyMatch(one -> one.pack().pack().backend() != Backend.CPU);
        return new Computes(graphics ? "unusable" : "none", null);
    }

    private static boolean isChosen(Assistant assistant, Placements.Seen seen, @Nullable Device device) {
        if (device != null) {
            return seen.result() != null && seen.result().devices().contains(device);
        }
        try {
            return assistant.packs().plain().equals(seen.pack().folder());
        } catch (Problem none) {
            return false;
        }
    }

    private static Tried tried(Placements.Seen seen, boolean chosen) {
        PackProbe.Result result = seen.result();
        Pack pack = seen.pack().pack();
        return result == null
                ? new Tried(pack.id(), "untried", null, null, pack.needs(), chosen, List.of())
                : new Tried(
                        pack.id(),
                        result.outcome().name().toLowerCase(Locale.ROOT),
                        result.tried(),
                        result.detail(),
                        pack.needs(),
                        chosen,
                        result.devices());
    }

    private static String told(Messages m, PackOutcome outcome) {
        return SafeText.line(m.text(outcome.key(), outcome.arguments()));
    }

    private String table(Messages m, Report report, List<Placements.Seen> seen) {
        Formats formats = context.formats();
        Table table = new Table()
                .row(m.text("cli.doctor.java"), report.java().version())
                .row(
                        m.text("cli.doctor.pack"),
                        report.pack() == null
                                ? m.text("cli.doctor.none")
                                : report.pack().id());
        for (Placements.Seen pack : seen) {
            table.row(m.text("cli.doctor.packs"), told(m, PackOutcome.of(pack, formats)));
        }
        Computes computes = report.computes();
        String device = computes.device() == null ? "" : SafeText.line(computes.device());
        table.row(
                m.text("cli.doctor.computes"),
                m.text(
                        "cli.doctor.computes.on",
                        Map.of(
                                "why",
                                computes.why(),
                                "device",
                                device,
                                "lacking",
                                formats.list(context.assistant().packs().lackingForBuiltIn()))));
        for (Computer.Device processor : report.devices()) {
            table.row(
                    m.text("cli.doctor.device"),
                    m.text("cli.doctor.processor", Map.of("name", processor.name(), "threads", processor.threads())));
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
