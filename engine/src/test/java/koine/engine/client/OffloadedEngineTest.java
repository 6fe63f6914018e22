package koine.engine.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import koine.engine.NativeKit;
import koine.engine.llama.Device;
import koine.engine.llama.Offload;
import koine.engine.process.EngineOptions;
import koine.gguf.TinyFamily;
import koine.i18n.Problem;
import koine.net.LoopbackResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models whose layers a device computes: a graphics card, or Mesa's lavapipe, which is one in software. */
@Timeout(300)
class OffloadedEngineTest {
    private static final int FULL = 1_000_000;

    @TempDir
    Path folder;

    private @Nullable Device device;

    @BeforeEach
    void findADevice() throws Exception {
        device = new PackProbe()
                .probe(NativeKit.vulkanPack()).devices().stream()
                        .filter(one -> one.starts() && one.kind().isGraphics())
                        .findFirst()
                        .orElse(null);
        assumeTrue(device != null, "no device for Vulkan: Mesa's lavapipe is one (mesa-vulkan-drivers)");
    }

    private Device device() {
        Device found = device;
        assertNotNull(found);
        return found;
    }

    private EngineLease engine(Path model, @Nullable Offload offload) throws Problem {
        EngineOptions options =
                EngineOptions.DEFAULT.withContext(512).withThreads(2).withOffload(offload);
        return new EngineBroker(folder.resolve("run"), folder.resolve("logs"), List.of())
                .acquire(new EngineSpec(model, NativeKit.vulkanPack(), options), fraction -> {});
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

    private static Map<String, Double> likeliest(EngineLease lease) throws Exception {
        JsonObject answer = ask(
                lease,
                "POST",
                "/v1/chat/completions",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"What is the capital of France?\"}],\"max_tokens\":1,"
                        + "\"temperature\":0,\"logprobs\":true,\"top_logprobs\":20}");
        JsonArray top = answer.getAsJsonArray("choices")
                .get(0)
                .getAsJsonObject()
                .getAsJsonObject("logprobs")
                .getAsJsonArray("content")
                .get(0)
                .getAsJsonObject()
                .getAsJsonArray("top_logprobs");
        Map<String, Double> found = new HashMap<>();
        for (JsonElement one : top) {
            JsonObject token = one.getAsJsonObject();
            found.put(token.get("bytes").toString(), token.get("logprob").getAsDouble());
        }
        return found;
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen3", "gemma3"})
    void aModelIsComputedOnTheDeviceAsOnTheProcessor(String architecture) throws Exception {
        Path model = folder.resolve("tiny.gguf");
        TinyFamily.of(architecture).model(NativeKit.templates()).write(model);
        try (EngineLease here = engine(model, null);
                EngineLease there = engine(model, new Offload(device().name(), FULL))) {
            assertTrue(here.pid() != there.pid(), "two engines");
            assertEquals(
                    null,
                    ask(here, "GET", "/props", null).get("koine_offload"),
                    "the processor's has nothing offloaded");
            JsonObject offload = ask(there, "GET", "/props", null).getAsJsonObject("koine_offload");
            assertEquals(device().name(), offload.get("device").getAsString());
            assertEquals(3, offload.get("layers").getAsInt(), "two layers and the output");
            assertEquals(3, offload.get("of").getAsInt());
            Map<String, Double> one = likeliest(here);
            Map<String, Double> other = likeliest(there);
            int compared = 0;
            for (Map.Entry<String, Double> token : one.entrySet()) {
                Double again = other.get(token.getKey());
                if (again != null) {
                    assertEquals(token.getValue(), again, 0.02, token.getKey());
                    compared++;
                }
            }
            assertTrue(compared >= 15, compared + " of the 20 likeliest are the same");
        }
    }

    @Test
    void asManyLayersAsWantedGoThere() throws Exception {
        Path model = folder.resolve("tiny.gguf");
        TinyFamily.of("llama").model(NativeKit.templates()).write(model);
        try (EngineLease lease = engine(model, new Offload(device().name(), 1))) {
            JsonObject offload = ask(lease, "GET", "/props", null).getAsJsonObject("koine_offload");
            assertEquals(1, offload.get("layers").getAsInt());
            assertEquals(3, offload.get("of").getAsInt());
        }
    }

    @Test
    void aDeviceThatIsNotThereIsAProblemOfItsOwn() throws Exception {
        Path model = folder.resolve("tiny.gguf");
        TinyFamily.of("llama").model(NativeKit.templates()).write(model);
        Problem problem = assertThrows(Problem.class, () -> engine(model, new Offload("Vulkan77", FULL)));
        assertEquals("KOINE-E116", problem.code());
    }
}
