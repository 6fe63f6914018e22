package koine.engine.client;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How the programs are started that call native code: with this Java, in an environment that does not change it. */
final class ChildJava {
    /**
     * Little compiler and one collector thread: they compete with the model's own threads. A crash in native code
     * leaves neither a report nor, as far as Java decides it, a core dump: they would hold pieces of conversations.
     */
    private static final List<String> OPTIONS = List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xms24m", // else the JVM begins with a heap so large that it hardly ever collects
            "-Xmn4m", // what a request leaves behind is small
            "-Xmx256m",
            "-XX:MinHeapFreeRatio=10",
            "-XX:MaxHeapFreeRatio=20",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:+SuppressFatalErrorMessage",
            "-XX:-CreateCoredumpOnCrash", // else the line above ends in abort()
            "-XX:-UsePerfData",
            // what runs for each token is compiled after twenty, not after two hundred
            "-XX:CompileCommand=quiet",
            "-XX:CompileCommand=CompileThresholdScaling,koine.engine.llama.*::*,0.1",
            "-XX:CompileCommand=CompileThresholdScaling,koine.engine.session.*::*,0.1",
            "-XX:CompileCommand=CompileThresholdScaling,jdk.internal.foreign.*::*,0.1",
            "-Djava.awt.headless=true",
            // else Jetty starts the whole of Java's management to ask for a figure: a tenth of a second
            "-Dorg.eclipse.jetty.util.referencesPerCacheLine=16",
            "--enable-native-access=ALL-UNNAMED");

    private static final Set<String> CODE_FROM_ELSEWHERE =
            Set.of("LD_PRELOAD", "LD_AUDIT", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH");

    private ChildJava() {}

    /** Streams and folder are the caller's to choose. */
    static ProcessBuilder program(String mainClass, List<String> javaOptions) {
        ProcessBuilder builder = new ProcessBuilder(command(mainClass, javaOptions));
        builder.environment().keySet().removeIf(ChildJava::changesNativeCode);
        builder.environment().put("GGML_NO_BACKTRACE", "1"); // else llama.cpp starts a debugger when it aborts
        // else each thread that ever computes keeps memory of its own that others could use
        builder.environment().put("MALLOC_ARENA_MAX", "2");
        return builder;
    }

    /**
     * Variables that make the program load other libraries or code than ours, or compute otherwise than asked. Which device
     * is used may be said.
     */
    static boolean changesNativeCode(String variable) {
        String name = variable.toUpperCase(Locale.ROOT);
        return (name.startsWith("GGML_") && !name.endsWith("_VISIBLE_DEVICES"))
                || name.startsWith("LLAMA_")
                || name.startsWith("DYLD_")
                || CODE_FROM_ELSEWHERE.contains(name);
    }

    private static List<String> command(String mainClass, List<String> javaOptions) {
        String java = System.getProperty("os.name").startsWith("Windows") ? "java.exe" : "java";
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", java).toString());
        command.addAll(OPTIONS);
        command.addAll(startCache());
        command.addAll(javaOptions);
        command.add("-cp");
        command.add(absoluteClassPath());
        command.add(mainClass);
        return command;
    }

    /**
     * What the JVM has kept of an earlier start, if this installation brings it: a quarter of a second less. Java goes on
     * without when the file does not fit; its remark on that would be in nobody's interest.
     */
    private static List<String> startCache() {
        String record = System.getProperty("koine.engine.cache.record");
        if (record != null) {
            return List.of("-XX:AOTCacheOutput=" + record, "-Xlog:disable");
        }
        String cache = System.getProperty("koine.engine.cache");
        return cache != null && Files.isReadable(Path.of(cache))
                ? List.of("-XX:AOTCache=" + cache, "-Xlog:aot=off", "-Xlog:cds=off")
                : List.of();
    }

    /** The process begins in another folder, where relative entries would lead nowhere. */
    private static String absoluteClassPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
