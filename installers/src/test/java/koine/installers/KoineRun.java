package koine.installers;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** One run of the program as its users start it: a process of its own, with its own profile folder. */
final class KoineRun implements AutoCloseable {
    private final Process process;
    private final Capture out;
    private final Capture err;

    private KoineRun(Process process) {
        this.process = process;
        this.out = new Capture(process.getInputStream(), "stdout");
        this.err = new Capture(process.getErrorStream(), "stderr");
    }

    static KoineRun start(Path home, String... arguments) throws IOException {
        return start(home, List.of(), List.of(), arguments);
    }

    /** @param display what {@code DISPLAY} says, whether it is there or not */
    static KoineRun startOnDisplay(Path home, String display, String... arguments) throws IOException {
        return start(home, Map.of("DISPLAY", display), List.of(), List.of(), arguments);
    }

    /**
     * @param wrapper words before the java command ({@code unshare -n}), or empty
     * @param javaOptions options of this run's JVM
     */
    static KoineRun start(Path home, List<String> wrapper, List<String> javaOptions, String... arguments)
            throws IOException {
        return start(home, Map.of(), wrapper, javaOptions, arguments);
    }

    private static KoineRun start(
            Path home,
            Map<String, String> environment,
            List<String> wrapper,
            List<String> javaOptions,
            String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(wrapper);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("-Dkoine.bundle=" + System.getProperty("koine.bundle"));
        command.addAll(javaOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "koine.ui.Launcher"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("KOINE_HOME", home.toString());
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().remove("DISPLAY");
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        return new KoineRun(process);
    }

    /** Runs to the end. */
    static KoineRun run(Path home, String... arguments) throws IOException, InterruptedException {
        KoineRun run = start(home, arguments);
        run.exitCode();
        return run;
    }

    int exitCode() throws InterruptedException {
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("still running after 120 s; stderr: " + err());
        }
        out.join();
        err.join();
        return process.exitValue();
    }

    /** Waits a little for the end. */
    boolean endsWithin(long time, TimeUnit unit) throws InterruptedException {
        return process.waitFor(time, unit);
    }

    String out() {
        return out.text();
    }

    String err() {
        return err.text();
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** {@code kill -9}. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** Ends the run if it still goes. */
    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** The engine processes that serve this profile, found by their environment. Linux only. */
    static List<ProcessHandle> engines(Path home) {
        return ProcessHandle.allProcesses()
                .filter(handle -> isEngineOf(handle.pid(), home))
                .toList();
    }

    private static boolean isEngineOf(long pid, Path home) {
        Path folder = Path.of("/proc", Long.toString(pid));
        try {
            // bytes of 0 part the entries; a process that has just ended has none
            String arguments = Files.readString(folder.resolve("cmdline"), StandardCharsets.UTF_8);
            return arguments.contains("koine.engine.process.EngineMain")
                    && Files.readString(folder.resolve("environ"), StandardCharsets.UTF_8)
                            .contains("KOINE_HOME=" + home + '\0');
        } catch (IOException | UncheckedIOException gone) {
            return false;
        }
    }

    /** Waits for something another process does; fails when it does not happen in time. */
    static void await(String what, Duration atMost, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + atMost.toSeconds() + " s: " + what);
            }
            Thread.sleep(20); // between two looks at a process that cannot tell us; the condition decides, not the time
        }
    }

    /** Reads a stream to its end on a thread of its own. */
    private static final class Capture {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final Thread thread;

        Capture(InputStream in, String name) {
            thread = Thread.ofPlatform().daemon().name("capture-" + name).start(() -> {
                byte[] buffer = new byte[4096];
                try (in) {
                    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                        synchronized (bytes) {
                            bytes.write(buffer, 0, n);
                        }
                    }
                } catch (IOException closed) {
                    // the process was killed: what came is what there is
                }
            });
        }

        String text() {
            synchronized (bytes) {
                return bytes.toString(StandardCharsets.UTF_8);
            }
        }

        void join() throws InterruptedException {
            thread.join(10_000);
        }
    }
}
