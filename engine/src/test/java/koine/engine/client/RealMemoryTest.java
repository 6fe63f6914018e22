package koine.engine.client;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import koine.engine.Eventually;
import koine.engine.NativeKit;
import koine.engine.memory.MemoryNeed;
import koine.engine.memory.ModelShape;
import koine.engine.process.EngineOptions;
import koine.engine.session.GeneratorOptions;
import koine.net.LoopbackResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an engine with the starter model took at most, by the kernel's account, beside what it was expected to take. */
@Timeout(300)
class RealMemoryTest {
    private static final int CONTEXT = 8192;

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

    /** After a prompt of about two thousand tokens. */
    private Figures with(Path model, String kvType) throws Exception {
        EngineOptions options = EngineOptions.DEFAULT.withContext(CONTEXT).withKvType(kvType);
        EngineBroker broker = new EngineBroker(folder.resolve(kvType), folder.resolve("logs"), List.of());
        long measured;
        long pid;
        try (EngineLease lease = broker.acquire(new EngineSpec(model, NativeKit.pack(), options), fraction -> {})) {
            pid = lease.pid();
            String text = "The harbour was built long before the town had a name of its own. ".repeat(140);
            String body = "{\"prompt\":\"" + text + "\",\"max_tokens\":8,\"temperature\":0}";
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            Map<String, String> headers = Map.of("Content-Type", "application/json");
            try (LoopbackResponse answer = lease.send("POST", "/v1/completions", headers, bytes)) {
                String said = new String(answer.readBody(1 << 20), StandardCharsets.UTF_8);
                JsonObject usage =
                        JsonParser.parseString(said).getAsJsonObject().getAsJsonObject("usage");
                assertTrue(usage != null && usage.get("prompt_tokens").getAsInt() > 1900, said);
            }
            measured = highest(pid);
        }
        Eventually.within(
                Duration.ofSeconds(15),
                "the engine has ended",
                () -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
        long expected = new MemoryNeed(ModelShape.read(model)).bytes(CONTEXT, kvType, GeneratorOptions.USUAL_SLOTS);
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

    @Test
    void isWithinAQuarterOfWhatWasExpectedAndARougherCacheTakesLess() throws Exception {
        Figures fine = with(NativeKit.starterModel(), EngineOptions.F16);
        Figures rough = with(NativeKit.starterModel(), EngineOptions.Q8_0);
        assertTrue(fine.ratio() > 0.75 && fine.ratio() < 1.25, "f16: " + fine);
        assertTrue(rough.ratio() > 0.75 && rough.ratio() < 1.25, "q8_0: " + rough);
        long saved = fine.measured - rough.measured;
        long meant = fine.expected - rough.expected; // only when llama.cpp itself keeps it so
        assertTrue(saved > meant / 2 && saved < meant * 3 / 2, "f16: " + fine + "; q8_0: " + rough);
    }
}
