package koine.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What native tests need; a test whose need is not here is reported as not run, with what is missing. */
public final class NativeKit {
    private static final long COMMAND_SECONDS = 300;

    private NativeKit() {}

    /** Folder of the native pack for this platform. */
    public static Path pack() {
        Path packs = Path.of(System.getProperty("koine.bundle", ""), "packs");
        return only(packs, Pattern.quote(platform()) + "-.*", "native pack");
    }

    public static Path starterModel() {
        return only(
                Path.of(System.getProperty("koine.bundle", ""), "models"),
                "SmolLM2-135M-Instruct.*\\.gguf",
                "starter model");
    }

    /** A second real model, Gemma 3 270M, for {@code koine.long}, which fails where it is missing. */
    public static Path longTestModel() {
        assumeTrue(Boolean.getBoolean("koine.long"), "takes minutes and a model of 250 MB: run ./check --long");
        Path file = Path.of(System.getProperty("koine.testkit", ""), "models", "gemma-3-270m-q4_k_m.gguf");
        assertTrue(Files.isRegularFile(file), "no Gemma in the test kit: ./check --long fetches it");
        return file;
    }

    /** Folder of the pack for Vulkan, where a test may be run with it: on Linux. */
    public static Path vulkanPack() {
        assumeTrue(platform().equals("linux-x64"), "the pack for Vulkan that tests run is Linux' on x64");
        return only(
                Path.of(System.getProperty("koine.testkit", ""), "packs"), "linux-x64-vulkan-.*", "pack for Vulkan");
    }

    /** Folder with {@code include/llama.h} and {@code ggml/include}. */
    public static Path headers() {
        Path source = Path.of(System.getProperty("koine.testkit", ""), "llama.cpp");
        assumeTrue(Files.isRegularFile(source.resolve("include/llama.h")), "no headers of llama.cpp in the test kit");
        return source;
    }

    /** Folder whose {@code llama.cpp/models/templates} holds chat templates. */
    public static Path templates() {
        Path testkit = Path.of(System.getProperty("koine.testkit", ""));
        assumeTrue(
                Files.isDirectory(testkit.resolve("llama.cpp/models/templates")),
                "no chat templates of llama.cpp in the test kit");
        return testkit;
    }

    /** Compiler flags that find the headers. */
    public static List<String> includeFlags() {
        Path headers = headers();
        return List.of("-I" + headers.resolve("include"), "-I" + headers.resolve("ggml/include"));
    }

    /** A compiler's name, when one of them runs here. */
    public static String compiler(String... names) {
        String found = Stream.of(names).filter(NativeKit::runs).findFirst().orElse("");
        assumeTrue(!found.isEmpty(), "no compiler: " + String.join(", ", names));
        return found;
    }

    private static boolean runs(String compiler) {
        try {
            return !run(compiler, "--version").isEmpty();
        } catch (UncheckedIOException | AssertionError e) {
            return false;
        }
    }

    /** Output of a command that must succeed; its errors are part of the failure. */
    public static String run(String... command) {
        return runWith("", command);
    }

    /** The same, with text to read on its standard input. */
    public static String runWith(String input, String... command) {
        try {
            Path out = Files.createTempFile("out", ".txt");
            Path in = Files.writeString(Files.createTempFile("in", ".txt"), input);
            try {
                Process process = new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectInput(in.toFile())
                        .redirectOutput(out.toFile())
                        .start();
                if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError("did not end: " + List.of(command));
                }
                String output = Files.readString(out, StandardCharsets.UTF_8);
                if (process.exitValue() != 0) {
                    throw new AssertionError(List.of(command) + " ended with " + process.exitValue() + ": " + output);
                }
                return output;
            } finally {
                Files.delete(out);
                Files.delete(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static String platform() {
        String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String system = os.startsWith("windows") ? "win" : os.startsWith("mac") ? "mac" : "linux";
        String machine = System.getProperty("os.arch", "").equals("aarch64") ? "arm64" : "x64";
        return system + "-" + machine;
    }

    private static Path only(Path folder, String name, String what) {
        assumeTrue(Files.isDirectory(folder), "no " + what);
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> found = files.filter(
                            file -> String.valueOf(file.getFileName()).matches(name))
                    .toList();
            assumeTrue(!found.isEmpty(), "no " + what);
            assertEquals(1, found.size(), "more than one " + what);
            return found.getFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
