package koine.engine.llama;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Tries model files in a process of its own, and starts another when that has died. */
final class TrialProcess implements AutoCloseable {
    private static final long SECONDS = 10;
    private static final long START_SECONDS = 60;
    private static final int LAST_LINES = 12;

    private final Path errors;
    private @Nullable Process process;
    private @Nullable BufferedReader from;
    private @Nullable Writer to;

    TrialProcess(Path folder) {
        this.errors = folder.resolve("trial.err");
    }

    /**
     * What became of it: {@code answered}, {@code refused}, {@code failed} and {@code untyped} are the process's own words;
     * {@code died} and {@code slow} are ours.
     */
    String attempt(Path model) throws IOException, InterruptedException {
        boolean fresh = process == null;
        if (fresh) {
            start();
        }
        Process running = process;
        BufferedReader reader = from;
        Writer writer = to;
        if (running == null || reader == null || writer == null) {
            throw new IllegalStateException("not started");
        }
        CompletableFuture<@Nullable String> line = CompletableFuture.supplyAsync(() -> {
            try {
                return reader.readLine();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        try {
            writer.write(model + "\n");
            writer.flush();
            String said = line.get(fresh ? START_SECONDS : SECONDS, TimeUnit.SECONDS);
            if (said != null) {
                return said;
            }
        } catch (TimeoutException e) {
            close();
            return "slow";
        } catch (ExecutionException | IOException e) {
            // it died while we spoke with it
        }
        int status = running.waitFor();
        close();
        return "died with status " + status + ": " + lastWords();
    }

    private void start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + errors.resolveSibling("hs_err.log"),
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "-Dkoine.bundle=" + System.getProperty("koine.bundle"),
                "-cp",
                System.getProperty("java.class.path"),
                "koine.engine.session.TrialMain"));
        builder.environment().put("GGML_NO_BACKTRACE", "1"); // no debugger that speaks on standard output
        Process started = builder.redirectError(errors.toFile()).start();
        process = started;
        from = started.inputReader(StandardCharsets.UTF_8);
        to = started.outputWriter(StandardCharsets.UTF_8);
    }

    private String lastWords() throws IOException {
        StringBuilder words = new StringBuilder();
        List<String> lines = Files.readString(errors, StandardCharsets.ISO_8859_1)
                .lines()
                .filter(line -> !line.startsWith("SLF4J"))
                .toList();
        lines.subList(0, Math.min(LAST_LINES, lines.size()))
                .forEach(line -> words.append(line).append(" | "));
        Path crash = errors.resolveSibling("hs_err.log");
        if (Files.deleteIfExists(crash)) {
            words.append("the virtual machine crashed");
        }
        return words.toString();
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
            process = null;
        }
    }
}
