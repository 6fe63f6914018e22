package koine.engine.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.logging.Logger;
import koine.engine.Eventually;
import koine.engine.NativeKit;
import koine.engine.memory.MeasuredMemory;
import koine.engine.memory.MemoryNeed;
import koine.engine.memory.ModelShape;
import koine.engine.process.EngineOptions;
import koine.engine.session.GeneratorOptions;
import koine.net.LoopbackResponse;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an engine took at most with a full context, by the kernel's account, beside what it was expected to take. */
@Timeout(600)
class RealMemoryTest {
    @TempDir
    Path folder;

    private record Figures(long expected, long measured) {
        double ratio() {
            return (double) expected / measured;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT, "expected %.0f MiB, took %.0f MiB", expected / 1048576.0, measured / 1048576.0);
        }
    }

    /** After a prompt and an answer that fill the context. */
    private Figures with(Path model, int context, String kvType) throws Exception {
        EngineOptions options = EngineOptions.DEFAULT.withContext(context).withKvType(kvType);
        Path runtime = folder.resolve(model.getFileName() + kvType + context);
        EngineBroker broker = new EngineBroker(runtime, folder.resolve("logs"), List.of());
        long measured;
        long pid;
        try (EngineLease lease = broker.acquire(new EngineSpec(model, NativeKit.pack(), options), fraction -> {})) {
            pid = lease.pid();
            int[] words = lease.tokens().tokenize("The harbour was built long before the town had a name. ");
            JsonArray prompt = new JsonArray();
            for (int i = 0; i < context - 8; i++) {
                prompt.add(words[i % words.length]);
            }
            JsonObject body = new JsonObject();
            body.add("prompt", prompt);
            body.addProperty("max_tokens", 8);
            body.addProperty("temperature", 0);
            body.addProperty("ignore_eos", true);
            byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
            Map<String, String> headers = Map.of("Content-Type", "application/json");
            try (LoopbackResponse answer = lease.send("POST", "/v1/completions", headers, bytes)) {
                String said = new String(answer.readBody(1 << 20), StandardCharsets.UTF_8);
                JsonObject usage =
                        JsonParser.parseString(said).getAsJsonObject().getAsJsonObject("usage");
                assertTrue(usage != null && usage.get("total_tokens").getAsInt() >= context - 1, said);
            }
            measured = highest(pid);
        }
        Eventually.within(
                Duration.ofSeconds(15),
                "the engine has ended",
                () -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
        MemoryNeed need = new MemoryNeed(ModelShape.read(model));
        long expected = need.bytes(context, kvType, GeneratorOptions.USUAL_SLOTS);
        long correction = new MeasuredMemory(runtime)
                .correction(
                        model,
                        NativeKit.pack(),
                        options.withSlots(GeneratorOptions.USUAL_SLOTS).ofMemory());
        long next = need.corrected(correction).bytes(context, kvType, GeneratorOptions.USUAL_SLOTS);
        assertEquals(1, (double) next / measured, 0.01, "the next estimate is what was measured");
        return new Figures(expected, measured);
    }

    private static long highest(long pid) throws Exception {
        Path status = Path.of("/proc", Long.toString(pid), "status");
        assumeTrue(Files.isReadable(status), "this system does not say what a process takes");
        String line = Files.readAllLines(status).stream()
                .filter(each -> each.startsWith("VmHWM:"))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
    }

    @ParameterizedTest
    @ValueSource(ints = {1024, 2048})
    void isWithinATenthOfWhatWasExpectedAndARougherCacheTakesLess(int context) throws Exception {
        compare(NativeKit.starterModel(), context);
    }

    @ParameterizedTest
    @ValueSource(ints = {1024, 4096, 8192})
    void isWithinATenthForTwoModelsAndLargerContexts(int context) throws Exception {
        Path gemma = NativeKit.longTestModel();
        compare(NativeKit.starterModel(), context);
        compare(gemma, context);
    }

    private void compare(Path model, int context) throws Exception {
        Figures fine = with(model, context, EngineOptions.F16);
        Figures rough = with(model, context, EngineOptions.Q8_0);
        String figures = model.getFileName() + ", " + context + " tokens: f16 " + fine + "; q8_0 " + rough;
        Logger.getLogger(RealMemoryTest.class.getName()).info(figures);
        assertTrue(fine.ratio() > 0.9 && fine.ratio() < 1.1, figures);
        assertTrue(rough.ratio() > 0.9 && rough.ratio() < 1.1, figures);
        long saved = fine.measured - rough.measured;
        long meant = fine.expected - rough.expected; // only when llama.cpp itself keeps it so
        assertTrue(saved > meant / 3 && saved < meant * 2, figures);
    }
}
