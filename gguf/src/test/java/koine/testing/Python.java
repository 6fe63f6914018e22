package koine.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A Python that has what a test needs, of its own or from the test kit. */
public final class Python {
    private final String command;

    private Python(String command) {
        this.command = command;
    }

    /** Finds one that can import this module; without one the test is not run. */
    public static Python with(String module) throws InterruptedException {
        for (String name : List.of("python3", "python")) {
            Python python = new Python(name);
            try {
                Process process = python.process("-c", "import " + module)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
                if (!process.waitFor(1, TimeUnit.MINUTES)) {
                    process.destroyForcibly();
                } else if (process.exitValue() == 0) {
                    return python;
                }
            } catch (IOException _) {
                // there is none of this name
            }
        }
        Assumptions.abort(
                "no python3 that can import " + module + ", neither its own nor in the test kit's folder python");
        throw new AssertionError();
    }

    /** A script that lies beside the test, copied into the folder; to be started. */
    public ProcessBuilder script(Class<?> test, String name, Path folder, String... arguments) throws IOException {
        Path copy = folder.resolve(name);
        try (InputStream source = Objects.requireNonNull(test.getResourceAsStream(name), name)) {
            Files.copy(source, copy, StandardCopyOption.REPLACE_EXISTING);
        }
        List<String> all = new ArrayList<>(List.of(copy.toString()));
        all.addAll(List.of(arguments));
        return process(all.toArray(String[]::new));
    }

    private ProcessBuilder process(String... arguments) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.command().addAll(List.of(arguments));
        builder.environment().put("PYTHONUTF8", "1");
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        builder.environment().put("NO_PROXY", "127.0.0.1");
        Path packages = Path.of(System.getProperty("koine.testkit", "")).resolve("python");
        if (Files.isDirectory(packages)) {
            builder.environment().put("PYTHONPATH", packages.toString());
        }
        return builder;
    }
}
