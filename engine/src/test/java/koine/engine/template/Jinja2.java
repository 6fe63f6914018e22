package koine.engine.template;

import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** The real Jinja2 in a Python process: what our own evaluator is measured against. */
final class Jinja2 {
    record Case(String source, Map<String, @Nullable Object> variables) {}

    /** One of the two is null. */
    record Outcome(@Nullable String ok, @Nullable String error) {}

    private record Work(boolean generationTag, List<Case> cases) {}

    private final String python;
    private final Path folder;

    private Jinja2(String python, Path folder) {
        this.python = python;
        this.folder = folder;
    }

    /** Finds a Python that has Jinja2, itself or from the test kit; without one the test is not run. */
    static Jinja2 orSkip(Path folder) throws IOException, InterruptedException {
        for (String python : List.of("python3", "python")) {
            if (run(python, "-c", "import jinja2") == 0) {
                Files.writeString(folder.resolve("render.py"), Fixtures.text("render_with_jinja2.py"));
                return new Jinja2(python, folder);
            }
        }
        Assumptions.abort("no python3 that can import jinja2, neither its own nor in the test kit's folder python");
        throw new AssertionError();
    }

    List<Outcome> render(List<Case> cases, boolean generationTag) throws IOException, InterruptedException {
        Path in = folder.resolve("in.json");
        Path out = folder.resolve("out.json");
        Files.writeString(in, Fixtures.JSON.toJson(new Work(generationTag, cases)));
        int status = run(python, folder.resolve("render.py").toString(), in.toString(), out.toString());
        if (status != 0) {
            throw new IOException("the reference renderer ended with status " + status);
        }
        return Fixtures.JSON.fromJson(Files.readString(out), new TypeToken<>() {});
    }

    /** For each template the names that it leaves to its caller. */
    List<List<String>> variables(List<String> sources) throws IOException, InterruptedException {
        Path script = folder.resolve("undeclared.py");
        Path in = folder.resolve("sources.json");
        Path out = folder.resolve("names.json");
        Files.writeString(script, Fixtures.text("undeclared_with_jinja2.py"));
        Files.writeString(in, Fixtures.JSON.toJson(sources));
        if (run(python, script.toString(), in.toString(), out.toString()) != 0) {
            throw new IOException("Jinja2 could not find variables");
        }
        return Fixtures.JSON.fromJson(Files.readString(out), new TypeToken<>() {});
    }

    private static int run(String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("PYTHONUTF8", "1");
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD);
        Path packages = Fixtures.testkit().resolve("python");
        if (Files.isDirectory(packages)) {
            builder.environment().put("PYTHONPATH", packages.toString());
        }
        Process process;
        try {
            process = builder.start();
        } catch (IOException _) {
            return -1;
        }
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            return -1;
        }
        return process.exitValue();
    }
}
