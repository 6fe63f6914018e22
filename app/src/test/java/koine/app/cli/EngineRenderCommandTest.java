package koine.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import koine.app.chat.ScriptedEngines;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class EngineRenderCommandTest {
    private static final Path TESTKIT = Path.of(System.getProperty("koine.testkit", "testkit"));

    /** Runs a script whose templates are each compiled once, not once for each case: the same, but in a tenth of the time. */
    private static final String COMPILE_ONCE = """
            import functools, runpy, sys
            from jinja2.sandbox import ImmutableSandboxedEnvironment as E
            E.from_string = functools.cache(E.from_string)
            sys.argv = sys.argv[1:]
            runpy.run_path(sys.argv[0], run_name="__main__")
            """;

    @TempDir
    Path home;

    @ParameterizedTest
    @ValueSource(strings = {"cases.json", "richer_cases.json"})
    void prints_byte_for_byte_what_the_reference_script_prints_for_every_real_template(String cases) throws Exception {
        Path templates = TESTKIT.resolve("llama.cpp/models/templates");
        Assumptions.assumeTrue(Files.isDirectory(templates), "the test kit has no templates");
        assertSameAsReference(templates, resource(cases));
    }

    @Test
    void prints_byte_for_byte_what_the_reference_script_prints_for_odd_texts_and_numbers() throws Exception {
        Path folder = Files.createDirectory(home.resolve("odd"));
        Files.writeString(folder.resolve("Z.jinja"), "{{ x }}|{{ x|tojson }}");
        Files.writeString(folder.resolve("a.jinja"), "{{ strftime_now('%d %b %Y %H:%M') }}\u2028\u0007\u007f\r\n\n");
        Files.writeString(folder.resolve("é.jinja"), "{% if %}");
        Files.writeString(folder.resolve("\uff5e.jinja"), "{% generation %}x{% endgeneration %}");
        Files.writeString(folder.resolve("😀.jinja"), "{{ raise_exception('no \"way\"\\n') }}");
        Files.writeString(folder.resolve("none.txt"), "not a template");
        Path cases = home.resolve("odd.json");
        Files.writeString(cases, """
                {"nan": {"x": [NaN, Infinity, -Infinity, "NaN", "\\"Infinity", 0.0, -0, -0.0, 1E5, 1e999]},
                 "big": {"x": [123456789012345678901234567890, 9007199254740993, 1.5e300]},
                 "\\u2028 key \\"q\\"": {"x": {"b": null, "a": true, "é": "\\ud83d\\ude00"}}, "missing": {}}
                """);
        assertSameAsReference(folder, cases);
    }

    @Test
    void tells_the_time_it_is_given() throws Exception {
        Path folder = Files.createDirectory(home.resolve("time"));
        Files.writeString(folder.resolve("t.jinja"), "{{ strftime_now('%Y-%m-%d %H:%M') }}");
        Path cases = Files.writeString(home.resolve("one.json"), "{\"c\": {}}");
        CommandLineRun run = run("engine", "render", folder.toString(), cases.toString(), "--now", "2031-02-03T04:05");
        assertEquals("{\n \"t.jinja|c\": {\n  \"ok\": \"2031-02-03 04:05\"\n }\n}", run.out());
        assertEquals("1 template, 1 case; supported: 1 template.\n", run.err());
    }

    @Test
    void counts_a_template_that_only_koine_refuses_as_not_supported() throws Exception {
        Path folder = Files.createDirectory(home.resolve("refused"));
        Files.writeString(folder.resolve("block.jinja"), "{% block a %}x{% endblock %}");
        Files.writeString(folder.resolve("plain.jinja"), "x");
        Files.writeString(folder.resolve("raises.jinja"), "{{ raise_exception('no') }}");
        Path cases = Files.writeString(home.resolve("one.json"), "{\"c\": {}}");
        CommandLineRun run = run("engine", "render", folder.toString(), cases.toString());
        assertTrue(run.err().startsWith("3 templates, 1 case; supported: 2 templates."), run.err());
    }

    @Test
    void says_which_argument_it_cannot_read() throws Exception {
        Path folder = Files.createDirectory(home.resolve("empty"));
        Path cases = Files.writeString(home.resolve("one.json"), "{\"c\": {}}");
        Path broken = Files.writeString(home.resolve("broken.json"), "{\"c\": ");
        refused(1, "no-such-folder could not be read", "KOINE-A124", "no-such-folder", cases.toString());
        refused(1, "no-such-file could not be read", "KOINE-A124", folder.toString(), "no-such-file");
        refused(1, "JSON object", "KOINE-A127", folder.toString(), broken.toString());
        refused(2, "2026-11-22T10:00", "KOINE-A104", folder.toString(), cases.toString(), "--now", "yesterday");
        assertEquals(
                "{}",
                run("engine", "render", folder.toString(), cases.toString()).out());
    }

    private void refused(int exitCode, String said, String code, String... arguments) {
        CommandLineRun refused = new CommandLineRun(home, ScriptedEngines.saying());
        List<String> all = new ArrayList<>(List.of("engine", "render"));
        all.addAll(List.of(arguments));
        assertEquals(exitCode, refused.run(all.toArray(String[]::new)), refused.err());
        assertTrue(refused.err().contains(said) && refused.err().contains(code), refused.err());
        assertEquals("", refused.out());
    }

    private CommandLineRun run(String... args) {
        CommandLineRun run = new CommandLineRun(home, ScriptedEngines.saying());
        assertEquals(0, run.run(args), run.err());
        return run;
    }

    private void assertSameAsReference(Path folder, Path cases) throws Exception {
        String expected = reference(folder, cases);
        CommandLineRun run = run("engine", "render", folder.toString(), cases.toString());
        System.getLogger("koine.app.cli")
                .log(
                        System.Logger.Level.INFO,
                        cases.getFileName() + ": " + run.err().strip());
        if (!expected.equals(run.out())) {
            Map<String, JsonElement> reference =
                    JsonParser.parseString(expected).getAsJsonObject().asMap();
            Map<String, JsonElement> actual = run.json().getAsJsonObject().asMap();
            assertEquals(List.copyOf(reference.keySet()), List.copyOf(actual.keySet()));
            reference.forEach((name, outcome) -> {
                // How deep is too deep, and in which words, is Python's own; that it is too deep is not.
                if (!(tooDeep(outcome) && tooDeep(actual.get(name)))) {
                    assertEquals(outcome, actual.get(name), name);
                }
            });
            assertTrue(reference.values().stream().anyMatch(EngineRenderCommandTest::tooDeep), "layout of the JSON");
        }
    }

    private static boolean tooDeep(@Nullable JsonElement outcome) {
        return outcome instanceof JsonObject object
                && object.has("error")
                && object.get("error").getAsString().startsWith("RecursionError: ");
    }

    /** What the script prints, run by a Python that has Jinja2 itself or from the test kit; without one, no test. */
    private String reference(Path folder, Path cases) throws IOException, InterruptedException {
        Path out = home.resolve("reference.json");
        String script = resource("render_reference.py").toString();
        for (String python : List.of("python3", "python")) {
            if (python(out, python, "-c", "import jinja2") == 0) {
                assertEquals(
                        0,
                        python(out, python, "-c", COMPILE_ONCE, script, folder.toString(), cases.toString()),
                        "the reference script");
                return Files.readString(out);
            }
        }
        Assumptions.abort("no python3 that can import jinja2, neither its own nor in the test kit's folder python");
        throw new AssertionError();
    }

    private static int python(Path out, String... command) throws InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("PYTHONUTF8", "1");
        builder.environment().put("PYTHONPATH", TESTKIT.resolve("python").toString());
        builder.redirectOutput(out.toFile()).redirectError(ProcessBuilder.Redirect.DISCARD);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            return -1;
        }
        if (!process.waitFor(3, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            return -1;
        }
        return process.exitValue();
    }

    private Path resource(String name) throws IOException {
        Path copy = home.resolve(name);
        try (InputStream in = Objects.requireNonNull(EngineRenderCommandTest.class.getResourceAsStream(name), name)) {
            Files.writeString(copy, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
        return copy;
    }
}
