package koine.app.cli;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import koine.app.bench.SpeedReport;
import koine.app.bench.SpeedTest;
import koine.i18n.Formats;
import koine.i18n.Messages;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How fast a model answers on this computer. */
@Command(name = "bench", description = "cli.bench.about")
final class BenchCommand implements Callable<Integer> {
    private final CliContext context;

    @Option(names = "--model", paramLabel = "MODEL", description = "cli.option.model")
    @Nullable
    String model;

    @Option(names = "--prompt", paramLabel = "N", defaultValue = "512", description = "cli.option.bench-prompt")
    int prompt;

    @Option(names = "--generate", paramLabel = "N", defaultValue = "128", description = "cli.option.bench-generate")
    int generate;

    @Option(names = "--depth", paramLabel = "N", defaultValue = "0", description = "cli.option.bench-depth")
    int depth;

    @Option(names = "--parallel", paramLabel = "N", defaultValue = "1", description = "cli.option.bench-parallel")
    int parallel;

    @Option(names = "--threads", paramLabel = "N", defaultValue = "0", description = "cli.option.threads")
    int threads;

    @Option(names = "--repeat", paramLabel = "N", defaultValue = "5", description = "cli.option.bench-repeat")
    int repeat;

    @Option(names = "--json", description = "cli.option.json")
    boolean json;

    BenchCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Problem {
        OptionValues.check("--prompt", prompt);
        OptionValues.check("--generate", generate);
        OptionValues.check("--depth", depth);
        OptionValues.check("--parallel", parallel);
        OptionValues.check("--threads", threads);
        OptionValues.check("--repeat", repeat);
        SpeedReport report = measure();
        return context.print(json, () -> report, m -> table(m, report));
    }

    private SpeedReport measure() throws Problem {
        SpeedTest.Options options = new SpeedTest.Options(model, prompt, generate, depth, parallel, threads, repeat);
        StatusLine status = new StatusLine(context.terminal());
        try {
            return context.assistant().speedTest().run(options, device(), new SpeedTest.Progress() {
                @Override
                public void onLoad(double share) {
                    show(status, "cli.loading", share);
                }

                @Override
                public void onMeasure(double share) {
                    show(status, "cli.measuring", share);
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

    private void show(StatusLine status, String key, double share) {
        if (status.seen()) {
            status.show(context.text(key, Map.of("share", share)));
        }
    }

    private static String device() {
        List<Computer.Device> devices = Computer.devices();
        return devices.getFirst().name();
    }

    private String table(Messages m, SpeedReport report) {
        Formats formats = context.formats();
        Long memory = report.peakMemoryBytes();
        SpeedReport.Offloaded offloaded = report.offloaded();
        Table table = new Table()
                .row(m.text("cli.bench.model"), report.model())
                .row(m.text("cli.doctor.pack"), report.pack())
                .row(m.text("cli.doctor.device"), report.device());
        if (offloaded != null) {
            table.row(
                    m.text("cli.bench.graphics"),
                    m.text(
                            "cli.bench.layers",
                            Map.of(
                                    "device",
                                    offloaded.device(),
                                    "layers",
                                    offloaded.layers(),
                                    "all",
                                    offloaded.all())));
        }
        return table.row(m.text("cli.bench.reading"), speed(m, formats, report.promptTokensPerSecond()))
                .row(m.text("cli.bench.writing"), speed(m, formats, report.generationTokensPerSecond()))
                .row(
                        m.text("cli.bench.first-token"),
                        m.text("cli.bench.millis", Map.of("millis", formats.number(report.firstTokenMillis(), 1))))
                .row(m.text("cli.bench.memory"), memory == null ? m.text("cli.bench.unknown") : formats.bytes(memory))
                .toString();
    }

    private static String speed(Messages m, Formats formats, double tokensPerSecond) {
        return m.text("cli.bench.speed", Map.of("speed", formats.number(tokensPerSecond, 1)));
    }
}
