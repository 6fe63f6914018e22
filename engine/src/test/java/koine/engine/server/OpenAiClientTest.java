package koine.engine.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import koine.net.LoopbackAddress;
import koine.testing.Python;
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
        Python python = Python.with("openai");
        List<Result> results;
        try (RealServer server = RealServer.start(folder, 2048, 1)) {
            results = ask(python, server);
        }
        assertEquals(CHECKS, results.size(), "checks that came to an end");
        return results.stream()
                .map(result -> DynamicTest.dynamicTest(result.name, () -> assertNull(result.problem, result.problem)));
    }

    private List<Result> ask(Python python, RealServer server) throws Exception {
        LoopbackAddress.Tcp address = (LoopbackAddress.Tcp) server.address();
        Path out = folder.resolve("results.jsonl");
        Process process = python.script(
                        OpenAiClientTest.class,
                        "openai_client.py",
                        folder,
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
}
