package koine.app.cli;

import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import koine.app.Assistant;
import koine.app.Desktop;
import org.jspecify.annotations.Nullable;

/** The program as a process of its own, on a machine without a display. */
final class KoineProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;
    private final StringBuilder printed = new StringBuilder();

    KoineProcess(Path home, String... args) throws IOException {
        this(home, Map.of(), args);
    }

    KoineProcess(Path home, Map<String, String> environment, String... args) throws IOException {
        this(home, Path.of(System.getProperty("koine.bundle")), environment, args);
    }

    /** @param bundle what comes with the program: its packs and models */
    KoineProcess(Path home, Path bundle, Map<String, String> environment, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dkoine.bundle=" + bundle,
                "-cp",
                System.getProperty("java.class.path"),
                KoineProcess.class.getName()));
        command.addAll(Arrays.asList(args));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("KOINE_HOME", home.toString());
        builder.environment().put("LC_ALL", "C");
        builder.environment().putAll(environment);
        process = builder.start();
        out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** The engines that a profile's broker files name and that still run. */
    static List<ProcessHandle> engines(Path home) throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("engine"))) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .flatMap(file -> ProcessHandle.of(pid(file)).stream())
                    .toList();
        }
    }

    private static long pid(Path brokerFile) {
        try {
            return JsonParser.parseString(Files.readString(brokerFile))
                    .getAsJsonObject()
                    .get("pid")
                    .getAsLong();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Blocks until the answer has begun. */
    KoineProcess awaitOutput() throws IOException {
        read();
        return this;
    }

    /** What was printed in this time from now on, and before. */
    String outWithin(Duration time) throws IOException {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            read();
        }
        return printed.toString();
    }

    private void read() throws IOException {
        int c = out.read();
        if (c < 0) {
            throw new IOException("no more output, but: " + err());
        }
        printed.append((char) c);
    }

    /** A JSON object printed over several lines. */
    String object() throws IOException {
        StringBuilder object = new StringBuilder();
        String line;
        do {
            line = out.readLine();
            if (line == null) {
                throw new IOException("no more output, but: " + err());
            }
            object.append(line);
        } while (!line.equals("}"));
        return object.toString();
    }

    /** All that was printed, to the end. */
    String out() {
        try {
            for (int c = out.read(); c >= 0; c = out.read()) {
                printed.append((char) c);
            }
            return printed.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String err() throws IOException {
        return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    void interrupt() throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-INT", String.valueOf(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
    }

    void kill() {
        process.destroyForcibly().onExit().join();
    }

    int exitCode() throws InterruptedException {
        if (!process.waitFor(2, TimeUnit.MINUTES)) {
            throw new IllegalStateException("still running");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        kill();
    }

    public static void main(String[] args) {
        System.exit(KoineCommand.run(args, new Desktop() {
            @Override
            public boolean available() {
                return false;
            }

            @Override
            public int open(Assistant assistant, @Nullable String language) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void screenshot(Assistant assistant, String screen, ScreenshotOptions options) {
                throw new UnsupportedOperationException();
            }
        }));
    }
}
