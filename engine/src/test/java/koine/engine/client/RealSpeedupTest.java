package koine.engine.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import koine.engine.NativeKit;
import koine.engine.llama.Weights;
import koine.engine.process.EngineOptions;
import koine.engine.speed.Speedup;
import koine.engine.speed.WeightsHere;
import koine.gguf.TinyFamily;
import koine.net.LoopbackResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole way with what makes models write more quickly: it is there, and the answer is the same. */
@Timeout(120)
class RealSpeedupTest {
    @TempDir
    Path folder;

    private EngineLease engine(Path model, Speedup speedup) throws Exception {
        EngineOptions options =
                EngineOptions.DEFAULT.withContext(512).withThreads(2).withSpeedup(speedup);
        return new EngineBroker(folder.resolve("run"), folder.resolve("logs"), List.of())
                .acquire(new EngineSpec(model, NativeKit.pack(), options), fraction -> {});
    }

    private static JsonObject ask(EngineLease lease, String method, String path, @Nullable String body)
            throws Exception {
        byte[] bytes = body == null ? null : body.getBytes(StandardCharsets.UTF_8);
        try (LoopbackResponse response = lease.send(method, path, Map.of("Content-Type", "application/json"), bytes)) {
            String text = new String(response.readBody(1 << 20), StandardCharsets.UTF_8);
            assertEquals(200, response.status(), text);
            return JsonParser.parseString(text).getAsJsonObject();
        }
    }

    private static JsonObject complete(EngineLease lease) throws Exception {
        return ask(
                lease,
                "POST",
                "/v1/completions",
                "{\"prompt\":\"The capital of France is\",\"max_tokens\":40,\"temperature\":0,\"ignore_eos\":true}");
    }

    private static String text(JsonObject answer) {
        return answer.getAsJsonArray("choices")
                .get(0)
                .getAsJsonObject()
                .get("text")
                .getAsString();
    }

    /** Bytes of the process's memory for which the kernel was asked for large pages ({@code hg} among its flags). */
    private static long advised(long pid) throws Exception {
        long bytes = 0;
        long size = 0;
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "smaps"))) {
            if (line.startsWith("Size:")) {
                size = Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
            } else if (line.startsWith("VmFlags:") && (line + " ").contains(" hg ")) {
                bytes += size;
            }
        }
        return bytes;
    }

    @Test
    void weightsLieInLargePagesWhereTheKernelGivesThem() throws Exception {
        Path model = NativeKit.starterModel();
        assumeTrue(new WeightsHere().allow(Weights.LARGE_PAGES, 1), "this kernel gives no large pages to who asks");
        String usual;
        try (EngineLease mapped = engine(model, Speedup.NONE)) {
            usual = text(complete(mapped));
            assertTrue(advised(mapped.pid()) < Files.size(model) / 2, advised(mapped.pid()) + " bytes");
        }
        try (EngineLease large = engine(model, Speedup.NONE.with(Weights.LARGE_PAGES))) {
            assertEquals(usual, text(complete(large)));
            assertTrue(advised(large.pid()) >= Files.size(model) * 0.9, advised(large.pid()) + " bytes");
        }
    }

    @Test
    void lockedWeightsStayWhereThatIsAllowed() throws Exception {
        Path model = folder.resolve("tiny.gguf");
        TinyFamily.of("llama").model(NativeKit.templates()).write(model);
        assumeTrue(new WeightsHere().allow(Weights.LOCKED, Files.size(model)), "too little memory may be locked here");
        try (EngineLease locked = engine(model, Speedup.NONE.with(Weights.LOCKED))) {
            complete(locked);
            String line = Files.readAllLines(Path.of("/proc", Long.toString(locked.pid()), "status")).stream()
                    .filter(each -> each.startsWith("VmLck:"))
                    .findFirst()
                    .orElseThrow();
            long bytes = Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
            assertTrue(bytes >= Files.size(model) / 2, bytes + " of " + Files.size(model));
        }
    }

    @Test
    void aModelThatWritesAheadIsToldAndCountedAndTheAnswerIsTheSame() throws Exception {
        Path model = folder.resolve("نموذج tiny.gguf");
        Path draft = folder.resolve("مسودة draft.gguf");
        TinyFamily.of("llama").model(NativeKit.templates()).write(model);
        Files.copy(model, draft);
        String usual;
        try (EngineLease alone = engine(model, Speedup.NONE)) {
            JsonObject answer = complete(alone);
            usual = text(answer);
            assertFalse(answer.getAsJsonObject("timings").has("draft_n"));
            assertNull(alone.engine().facts().draft());
        }
        try (EngineLease drafted = engine(model, Speedup.NONE.withDraft(draft))) {
            JsonObject told = ask(drafted, "GET", "/props", null).getAsJsonObject("koine_draft");
            assertNotNull(told);
            assertEquals("مسودة draft.gguf", told.get("file").getAsString());
            assertFalse(told.has("hindrance"), told.toString());
            assertEquals(
                    new EngineFacts.Draft("مسودة draft.gguf", null),
                    drafted.engine().facts().draft());
            JsonObject answer = complete(drafted);
            assertEquals(usual, text(answer));
            JsonObject timings = answer.getAsJsonObject("timings");
            assertTrue(timings.get("draft_n_accepted").getAsInt() > 0, timings.toString());
        }
    }

    @Test
    void aDraftThatHasGoneIsToldAndTheAnswerComesAllTheSame() throws Exception {
        Path model = folder.resolve("tiny.gguf");
        TinyFamily.of("llama").model(NativeKit.templates()).write(model);
        try (EngineLease lease = engine(model, Speedup.NONE.withDraft(folder.resolve("gone.gguf")))) {
            JsonObject told = ask(lease, "GET", "/props", null).getAsJsonObject("koine_draft");
            assertEquals("missing", told.get("hindrance").getAsString());
            assertEquals(
                    new EngineFacts.Draft("gone.gguf", "missing"),
                    lease.engine().facts().draft());
            assertFalse(text(complete(lease)).isEmpty());
            lease.closeAndAwaitEnd(Duration.ofSeconds(30));
            assertTrue(
                    ProcessHandle.of(lease.pid()).filter(ProcessHandle::isAlive).isEmpty(), "its memory is free");
        }
    }
}
