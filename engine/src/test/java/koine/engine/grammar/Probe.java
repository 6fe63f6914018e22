package koine.engine.grammar;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import koine.engine.NativeKit;
import koine.engine.llama.Utf8;
import org.jspecify.annotations.Nullable;

/** llama.cpp's own grammar sampler in a child process, which may die or hang of what it is given. */
final class Probe implements AutoCloseable {
    private static final int ANSWER_SECONDS = 60;

    private static @Nullable Path compiled;

    private final Process process;
    private final BufferedWriter in;
    private final BufferedReader out;

    /**
     * Text of a walk, and whether the grammar let it end.
     *
     * @param characters whether its bytes are UTF-8: llama.cpp takes a character in more bytes than it needs, too
     */
    record Walk(boolean whole, boolean characters, String text) {}

    private Probe(Process process) {
        this.process = process;
        in = process.outputWriter(StandardCharsets.US_ASCII);
        out = process.inputReader(StandardCharsets.US_ASCII);
    }

    /** Compiled once for all tests of a run; gone with it. */
    private static synchronized Path program() throws IOException {
        if (compiled == null) {
            Path folder = Files.createTempDirectory("probe");
            Path program = compile(folder);
            for (Path file : List.of(folder, folder.resolve("probe.cpp"), program)) {
                file.toFile().deleteOnExit();
            }
            compiled = program;
        }
        return compiled;
    }

    private static Path compile(Path folder) throws IOException {
        String compiler = NativeKit.compiler("g++", "clang++");
        Path pack = NativeKit.pack();
        Path source = folder.resolve("probe.cpp");
        try (InputStream text = Probe.class.getResourceAsStream("probe.cpp")) {
            Files.copy(Objects.requireNonNull(text), source);
        }
        Path program = folder.resolve("probe");
        List<String> command = new ArrayList<>(List.of(compiler, "-std=c++17", "-O1", source.toString()));
        command.addAll(NativeKit.includeFlags());
        try (Stream<Path> files = Files.list(pack)) {
            files.map(Path::toString)
                    .filter(file -> file.matches(".*[/\\\\]lib(llama|ggml|ggml-base)(\\.[a-z]+)?(\\.v[0-9.]+)?\\.so"))
                    .forEach(command::add);
        }
        command.addAll(List.of("-Wl,-rpath," + pack, "-o", program.toString()));
        NativeKit.run(command.toArray(String[]::new));
        return program;
    }

    static Probe start(boolean vocabularyOnly) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                program().toString(),
                NativeKit.pack().toString(),
                NativeKit.starterModel().toString()));
        if (vocabularyOnly) {
            command.add("1");
        }
        return new Probe(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    /** Whether llama.cpp takes the grammar. */
    boolean takes(String grammar) throws IOException {
        return ask("G " + hex(grammar)).equals("ok");
    }

    /** {@code accepts}, {@code refuses}, or {@code differs} where the way it is cut into tokens changes the answer. */
    String reads(String text) throws IOException {
        return ask("T " + hex(text));
    }

    Walk bytes(long seed, int length) throws IOException {
        return walk("B " + seed + " " + length);
    }

    Walk tokens(long seed, int length) throws IOException {
        return walk("W " + seed + " " + length);
    }

    Walk model(long seed, int length, String prompt) throws IOException {
        return walk("S " + seed + " " + length + " " + hex(prompt));
    }

    private Walk walk(String command) throws IOException {
        String answer = ask(command);
        String[] parts = answer.split(" ", -1);
        if (parts.length != 2 || !parts[0].matches("whole|part")) {
            throw new IOException(answer + " after " + command);
        }
        byte[] bytes = HexFormat.of().parseHex(parts[1]);
        return new Walk(
                parts[0].equals("whole"), Utf8.textOrNull(bytes) != null, new String(bytes, StandardCharsets.UTF_8));
    }

    private String ask(String command) throws IOException {
        in.write(command + "\n");
        in.flush();
        CompletableFuture<String> line = CompletableFuture.supplyAsync(() -> {
            try {
                return Objects.requireNonNullElse(out.readLine(), "died");
            } catch (IOException e) {
                return "died: " + e.getMessage();
            }
        });
        try {
            String answer = line.get(ANSWER_SECONDS, TimeUnit.SECONDS);
            if (answer.startsWith("died") || answer.startsWith("throws")) {
                throw new IOException(answer);
            }
            return answer;
        } catch (TimeoutException e) {
            process.destroyForcibly();
            throw new IOException("no answer within " + ANSWER_SECONDS + " s", e);
        } catch (ExecutionException e) {
            throw new IOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** Most memory the process ever held, in kilobytes; 0 where the system does not say. */
    long peakKilobytes() throws IOException {
        Path status = Path.of("/proc", String.valueOf(process.pid()), "status");
        return Files.isReadable(status)
                ? Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("VmHWM"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                        .findFirst()
                        .orElse(0)
                : 0;
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
