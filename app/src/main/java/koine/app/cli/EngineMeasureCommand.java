package koine.app.cli;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import koine.app.bench.SpeedSearch;
import koine.app.bench.SpeedWords;
import koine.app.chat.ModelNames;
import koine.engine.speed.MeasuredSpeed.Found;
import koine.engine.speed.Trial;
import koine.engine.speed.Trial.Kind;
import koine.i18n.Messages;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What makes a model write more quickly here: measured once, used from then on. */
@Command(name = "measure", description = "cli.measure.about")
final class EngineMeasureCommand implements Callable<Integer> {
    private final CliContext context;

    @Option(names = "--model", paramLabel = "MODEL", description = "cli.option.model")
    @Nullable
    String model;

    @Option(names = "--draft", paramLabel = "MODEL", description = "cli.option.draft")
    @Nullable
    List<String> drafts;

    @Option(names = "--show", description = "cli.option.measure-show")
    boolean show;

    @Option(names = "--forget", description = "cli.option.measure-forget")
    boolean forget;

    @Option(names = "--json", description = "cli.option.json")
    boolean json;

    EngineMeasureCommand(CliContext context) {
        this.context = context;
    }

    /**
     * @param device null for the processor
     * @param measured when; null when it never was
     */
    private record Answer(
            String model,
            @Nullable String device,
            @Nullable String measured,
            @Nullable Double tokensPerSecond,
            @Nullable Double fastest,
            List<Tried> trials) {}

    /**
     * @param ratio of the speed with it to that without; null when it was not measured
     * @param obstacle null when it was
     */
    private record Tried(
            String kind,
            @Nullable String draft,
            @Nullable Double ratio,
            @Nullable Double low,
            @Nullable Double high,
            int pairs,
            @Nullable String obstacle,
            boolean used) {}

    @Override
    public Integer call() throws Problem {
        if (show && forget) {
            throw new Problem("KOINE-A126", Map.of("first", "--show", "second", "--forget"));
        }
        if (drafts != null && (show || forget)) {
            throw new Problem("KOINE-A126", Map.of("first", "--draft", "second", show ? "--show" : "--forget"));
        }
        SpeedSearch search = context.assistant().speedSearch();
        if (forget) {
            boolean known = search.forget(model);
            context.terminal()
                    .print(context.text("cli.measure.forgotten", Map.of("known", known ? "yes" : "no")) + "\n");
            return ExitCodes.DONE;
        }
        SpeedSearch.Report report = show ? search.known(model) : measure(search);
        return context.print(json, () -> answer(report), m -> table(m, report));
    }

    /** That measures the same model. */
    private String command() {
        return model == null ? "koine engine measure" : "koine engine measure --model " + SafeText.line(model);
    }

    private SpeedSearch.Report measure(SpeedSearch search) throws Problem {
        Messages m = context.messages();
        String name = ModelNames.find(
                        context.assistant().models(), context.assistant().settings(), model)
                .name();
        context.terminal().err().println(m.text("cli.measure.begins", Map.of("model", SafeText.line(name))));
        context.terminal().err().flush();
        StatusLine status = new StatusLine(context.terminal());
        try {
            return search.run(new SpeedSearch.Options(model, drafts), new SpeedSearch.Progress() {
                @Override
                public void onLoad(double share) {
                    if (status.seen()) {
                        status.show(context.text("cli.loading", Map.of("share", share)));
                    }
                }

                @Override
                public void onTrial(Kind kind, @Nullable String draft, double share) {
                    if (status.seen()) {
                        String what = words(m).kind(kind, draft);
                        status.show(context.text("cli.measure.trying", Map.of("what", what, "share", share)));
                    }
                }

                @Override
                public void onNotice(Problem notice) {
                    status.clear();
                    context.tell(notice);
                }
            });
        } finally {
            status.clear();
        }
    }

    private static SpeedWords words(Messages m) {
        return new SpeedWords((key, arguments) -> SafeText.line(m.text(key, arguments))); // names of files are in it
    }

    private static Answer answer(SpeedSearch.Report report) {
        Found found = report.found();
        return new Answer(
                report.model().id(),
                report.device(),
                found == null ? null : Instant.ofEpochSecond(found.at()).toString(),
                found == null ? null : found.tokensPerSecond(),
                found == null ? null : found.fastest(),
                found == null
                        ? List.of()
                        : found.trials().stream()
                                .map(EngineMeasureCommand::tried)
                                .toList());
    }

    private static Tried tried(Trial trial) {
        boolean measured = trial.obstacle() == null;
        return new Tried(
                SpeedWords.word(trial.kind()),
                trial.draft(),
                measured ? trial.ratio() : null,
                measured ? trial.low() : null,
                measured ? trial.high() : null,
                trial.pairs(),
                trial.obstacle() == null ? null : SpeedWords.word(trial.obstacle()),
                trial.used());
    }

    private String table(Messages m, SpeedSearch.Report report) {
        Found found = report.found();
        if (found == null) {
            return m.text(
                            "cli.measure.never",
                            Map.of("model", SafeText.line(report.model().name()), "command", command()))
                    + "\n";
        }
        Table table = new Table()
                .row(m.text("cli.bench.model"), report.model().id())
                .row(
                        m.text("cli.doctor.computes"),
                        report.device() == null ? m.text("settings.compute.processor") : SafeText.line(report.device()))
                .row(m.text("cli.measure.when"), context.formats().dateTime(Instant.ofEpochSecond(found.at())));
        for (Trial trial : found.trials()) {
            table.row(words(m).kind(trial.kind(), trial.draft()), words(m).outcome(trial));
        }
        return table + "\n" + words(m).sum(found, context.formats()) + "\n";
    }
}
