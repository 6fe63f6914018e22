package koine.setup;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** A program of this computer: found on PATH, run with its output kept in a log. */
final class Tool {
    private static final Pattern NETWORK = Pattern.compile("ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT"
            + "|ENETUNREACH|EHOSTUNREACH|name resolution|Name or service not known|Network is unreachable"
            + "|NewConnectionError|NameResolutionError|ConnectTimeout|Connection refused|[Cc]onnect(ion)? timed out"
            + "|Unknown host|UnknownHost|No route to host|Could not resolve host");

    private final List<String> command = new ArrayList<>();
    private final ProcessBuilder builder;
    private Consumer<String> onLine = line -> {};
    private Runnable onTick = () -> {};

    Tool(Path program, Path folder) {
        command.add(program.toString());
        builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(nothing()));
        // Maven's script and npm's own scripts then use the Java that was found, not another one on PATH.
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    }

    Tool with(Object... arguments) {
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return this;
    }

    Tool environment(String name, Object value) {
        builder.environment().put(name, value.toString());
        return this;
    }

    Tool onLine(Consumer<String> consumer) {
        onLine = consumer;
        return this;
    }

    /** Called about five times a second while the program runs, on the calling thread. */
    Tool onTick(Runnable tick) {
        onTick = tick;
        return this;
    }

    /** Runs it with this process's own output. @return the exit code */
    int runAloud() throws IOException, InterruptedException {
        builder.redirectErrorStream(false).inheritIO();
        builder.redirectInput(ProcessBuilder.Redirect.from(nothing()));
        return await(builder.start());
    }

    /** Runs it. @return the exit code; the output is in {@code log} */
    int run(Path log) throws IOException, InterruptedException {
        Files.createDirectories(log.getParent());
        builder.redirectOutput(log.toFile());
        Process process = builder.start();
        long[] seen = {0};
        Runnable tick = onTick;
        onTick = () -> {
            seen[0] = follow(log, seen[0]);
            tick.run();
        };
        int code = await(process);
        follow(log, seen[0]);
        return code;
    }

    private int await(Process process) throws InterruptedException {
        Thread end = new Thread(() -> kill(process));
        Runtime.getRuntime().addShutdownHook(end);
        try {
            while (!process.waitFor(200, TimeUnit.MILLISECONDS)) {
                onTick.run();
            }
            return process.exitValue();
        } finally {
            if (process.isAlive()) {
                kill(process);
            }
            removeHook(end);
        }
    }

    /** Hands on the whole lines that the log has after {@code from}. @return where to look next time */
    private long follow(Path log, long from) {
        try (SeekableByteChannel channel = Files.newByteChannel(log)) {
            channel.position(from);
            byte[] bytes = Channels.newInputStream(channel).readAllBytes();
            int end = bytes.length;
            while (end > 0 && bytes[end - 1] != '\n') {
                end--;
            }
            new String(bytes, 0, end, StandardCharsets.UTF_8).lines().forEach(onLine);
            return from + end;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a program said, whatever encoding it said it in. */
    static String output(Path log) throws IOException {
        return Files.isRegularFile(log) ? new String(Files.readAllBytes(log), StandardCharsets.UTF_8) : "";
    }

    private static void removeHook(Thread end) {
        try {
            Runtime.getRuntime().removeShutdownHook(end);
        } catch (IllegalStateException e) {
            // the shutdown that runs the hook has begun
        }
    }

    private static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
    }

    /** Whether a failed program's output says that it could not reach the network. */
    static boolean blamesNetwork(Path log) throws IOException {
        return NETWORK.matcher(output(log)).find();
    }

    /** The program called {@code name} on PATH. */
    static Optional<Path> find(String name) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(Pattern.quote(File.pathSeparator), -1)) {
            for (String ending : windows() ? List.of(".exe", ".cmd", ".bat") : List.of("")) {
                Path program = Path.of(folder.isEmpty() ? "." : folder, name + ending);
                if (Files.isRegularFile(program) && Files.isExecutable(program)) {
                    return Optional.of(program.toAbsolutePath());
                }
            }
        }
        return Optional.empty();
    }

    static Path need(String name) throws Trouble {
        return find(name).orElseThrow(() -> missing(List.of(name)));
    }

    static Trouble missing(List<String> names) {
        boolean one = names.size() == 1;
        return new Trouble(String.join(" and ", names)
                + (one ? " is" : " are") + " missing: Koine needs " + (one ? "it" : "them")
                + " to set itself up; install " + (one ? "it" : "them") + " (Debian and Ubuntu: sudo apt install "
                + String.join(" ", names.stream().map(Tool::debian).toList()) + ") and start again.");
    }

    private static String debian(String name) {
        return switch (name) {
            case "mvn" -> "maven";
            case "pip" -> "python3-pip";
            default -> name;
        };
    }

    static boolean windows() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
    }

    private static File nothing() {
        return new File(windows() ? "NUL" : "/dev/null");
    }
}
