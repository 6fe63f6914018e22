package koine.engine.template;

import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import koine.testing.Python;
import org.jspecify.annotations.Nullable;

/** The real Jinja2 in a Python process: what our own evaluator is measured against. */
final class Jinja2 {
    record Case(String source, Map<String, @Nullable Object> variables) {}

    /** One of the two is null. */
    record Outcome(@Nullable String ok, @Nullable String error) {}

    private record Work(boolean generationTag, List<Case> cases) {}

    private final Python python;
    private final Path folder;

    private Jinja2(Python python, Path folder) {
        this.python = python;
        this.folder = folder;
    }

    /** Finds a Python that has Jinja2, itself or from the test kit; without one the test is not run. */
    static Jinja2 orSkip(Path folder) throws InterruptedException {
        return new Jinja2(Python.with("jinja2"), folder);
    }

    List<Outcome> render(List<Case> cases, boolean generationTag) throws IOException, InterruptedException {
        Path in = folder.resolve("in.json");
        Path out = folder.resolve("out.json");
        Files.writeString(in, Fixtures.JSON.toJson(new Work(generationTag, cases)));
        run("render_with_jinja2.py", in, out);
        return Fixtures.JSON.fromJson(Files.readString(out), new TypeToken<>() {});
    }

    /** For each template the names that it leaves to its caller. */
    List<List<String>> variables(List<String> sources) throws IOException, InterruptedException {
        Path in = folder.resolve("sources.json");
        Path out = folder.resolve("names.json");
        Files.writeString(in, Fixtures.JSON.toJson(sources));
        run("undeclared_with_jinja2.py", in, out);
        return Fixtures.JSON.fromJson(Files.readString(out), new TypeToken<>() {});
    }

    private void run(String script, Path in, Path out) throws IOException, InterruptedException {
        Process process = python.script(Jinja2.class, script, folder, in.toString(), out.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new IOException(script + " did not end");
        }
        if (process.exitValue() != 0) {
            throw new IOException(script + " ended with status " + process.exitValue());
        }
    }
}
