package koine.setup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * What Java keeps of one start to make the next ones quicker: classes parsed and linked, of the program and of its engine,
 * in {@code .build/app/start-FINGERPRINT/}. Made by asking the starter model one question. A help, no need: where it cannot
 * be made or does not fit, programs start as they would without.
 */
final class StartCache implements Part {
    private static final Duration FOR_ENGINE = Duration.ofSeconds(60);
    /** From the end of its work to the first of its notes. */
    private static final Duration AFTER_ENGINE = Duration.ofSeconds(5);

    private final Checkout checkout;
    private final Program program;

    StartCache(Checkout checkout, Program program) {
        this.checkout = checkout;
        this.program = program;
    }

    private static Path folder(Path lib) {
        return lib.resolveSibling(lib.getFileName().toString().replace("lib-", "start-") + "-" + Runtime.version());
    }

    /** Options that use it. */
    static List<String> use(Path lib) {
        return List.of(
                "-XX:AOTCache=" + folder(lib).resolve("program.aot"),
                "-Dkoine.engine.cache=" + folder(lib).resolve("engine.aot"),
                "-Xlog:aot=off",
                "-Xlog:cds=off");
    }

    @Override
    public boolean ready() throws IOException {
        return Files.isDirectory(
                folder(program.lib())); // also when it could not be made: it is not tried at each start
    }

    @Override
    public List<String> tools() {
        return List.of();
    }

    @Override
    public void make() throws IOException, InterruptedException {
        Path lib = program.lib();
        Path scratch = Trees.empty(checkout.scratch("start"));
        Path made = Files.createDirectories(scratch.resolve("made"));
        try (Progress progress = new Progress(checkout.terminal(), "Quicker starts")) {
            progress.say("learning from one");
            Path engine = made.resolve("engine.aot");
            int code = new Tool(Path.of(System.getProperty("java.home"), "bin", "java"), scratch)
                    .environment("KOINE_HOME", scratch.resolve("home"))
                    .with("@" + withoutCache(scratch))
                    .with("-XX:AOTCacheOutput=" + made.resolve("program.aot"), "-Xlog:disable")
                    .with("-Dkoine.engine.cache.record=" + engine)
                    .with("koine.ui.Launcher", "ask", "--no-save", "--max-tokens", "8", "Hello")
                    .run(checkout.log("start"));
            long deadline = System.nanoTime() + FOR_ENGINE.toNanos();
            // the engine ends seconds after the answer and writes it then; the last it does is to delete its notes
            Path notes = made.resolve("engine.aot.config");
            long seen = System.nanoTime();
            while (code == 0 && (!Files.exists(engine) || Files.exists(notes)) && System.nanoTime() < deadline) {
                if (Files.exists(notes) || engineRuns(scratch.resolve("home/engine"))) {
                    seen = System.nanoTime();
                } else if (System.nanoTime() - seen > AFTER_ENGINE.toNanos()) {
                    break; // it has ended, or there was none
                }
                Thread.sleep(100);
            }
            progress.done(Trees.size(made) / 1_000_000 + " MB");
        }
        Trees.replace(made, folder(lib));
        Trees.delete(scratch);
        dropOthers(lib);
    }

    /** Java does not record while it uses a record. */
    private Path withoutCache(Path scratch) throws IOException {
        List<String> lines = Files.readAllLines(program.arguments()).stream()
                .filter(line -> !line.contains("AOTCache=") && !line.contains("koine.engine.cache="))
                .toList();
        Path arguments = scratch.resolve("record.args");
        Trees.write(arguments, String.join("\n", lines) + "\n");
        return arguments;
    }

    private void dropOthers(Path lib) throws IOException {
        try (Stream<Path> all = Files.list(checkout.app())) {
            for (Path path : all.toList()) {
                if (path.getFileName().toString().startsWith("start-") && !path.equals(folder(lib))) {
                    Trees.delete(path);
                }
            }
        }
    }

    private static boolean engineRuns(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(file -> file.toString().endsWith(".json"));
        }
    }
}
