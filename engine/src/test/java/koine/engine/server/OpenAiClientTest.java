package koine.engine.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import koine.net.LoopbackAddress;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** OpenAI's own client for Python against an engine with the starter model; each check is a function of the script. */
class OpenAiClientTest {
    private static final int CHECKS = 25;
    private static final long MINUTES = 8;

    @TempDir
    Path folder;

    private record Result(String name, @Nullable String problem) {}

    @TestFactory
    Stream<DynamicTest> thePythonClientFinds() throws Exception {
        String python = pythonWithOpenAi();
        List<Result> results;
        try (RealServer server = RealServer.start(folder, 2048, 1)) {
            results = ask(python, server);
        }
        assertEquals(CHECKS, results.size(), "checks that came to an end");
        return results.stream()
                .map(result -> DynamicTest.dynamicTest(result.name, () -> assertNull(result.problem, result.problem)));
    }

    private List<Result> ask(String python, RealServer server) throws Exception {
        Path script = folder.resolve("openai_client.py");
        try (InputStream source = OpenAiClientTest.class.getResourceAsStream("openai_client.py")) {
            Files.write(script, Objects.requireNonNull(source).readAllBytes());
        }
        LoopbackAddress.Tcp address = (LoopbackAddress.Tcp) server.address();
        Path out = folder.resolve("results.jsonl");
        Process process = python(
                        python,
                        script.toString(),
                        "http://127.0.0.1:" + address.port() + "/v1",
                        RealServer.TOKEN,
                        RealServer.MODEL,
                        String.valueOf(server.embeddingSize() > 0))
                .redirectOutput(out.toFile())
                .redirectError(folder.resolve("errors.txt").toFile())
                .start();
        if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly();
        }
        String errors = Files.readString(folder.resolve("errors.txt"), StandardCharsets.UTF_8);
        assertTrue(!process.isAlive() && process.exitValue() == 0, errors);
        return Files.readAllLines(out, StandardCharsets.UTF_8).stream()
                .map(line -> new Gson().fromJson(line, Result.class))
                .toList();
    }

    private static String pythonWithOpenAi() throws IOException, InterruptedException {
        for (String name : List.of("python3", "python")) {
            try {
                Process process = python(name, "-c", "import openai")
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
                if (process.waitFor(1, TimeUnit.MINUTES) && process.exitValue() == 0) {
                    return name;
                }
            } catch (IOException _) {
                // the next one
            }
        }
        assumeTrue(false, "no python3 that can import openai, neither its own nor in the test kit's folder python");
        throw new AssertionError();
    }

    private static ProcessBuilder python(String... command) {
        ProcessBuilder builder = new ProcessBuilder(command);
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
