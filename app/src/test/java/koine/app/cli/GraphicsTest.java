package koine.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import koine.engine.memory.DeviceFit;
import koine.engine.memory.MemoryNeed;
import koine.engine.memory.ModelShape;
import koine.gguf.TinyModel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The program as its user runs it, with the pack for Vulkan and a driver that fails: the answer comes, with the reason, and
 * the second start remembers. The device is Mesa's lavapipe, the driver around it vulkan-driver.c.
 */
@Timeout(300)
class GraphicsTest {
    /** Few enough that a device dies of the answer, more than loading the model takes. */
    private static final String SUBMITS = "30";

    private static final String WORDS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    @TempDir
    Path folder;

    private Path home = Path.of("");
    private Path model = Path.of("");
    private Optional<VulkanDriver> compiled = Optional.empty();

    @BeforeEach
    void install() throws Exception {
        compiled = Optional.of(VulkanDriver.compiled(folder));
        home = Files.createDirectories(folder.resolve("a home, منزل"));
        VulkanDriver.install(home);
        model = folder.resolve("tiny.gguf");
        // each letter follows the one before it, on whatever computes it
        List<String> script = new ArrayList<>(List.of("n"));
        WORDS.chars().mapToObj(Character::toString).forEach(script::add);
        script.add("<end>");
        TinyModel.of("qwen3")
                .bytes("{{ messages[0].content }}", List.of("<end>"))
                .script(script)
                .context(512)
                .write(model);
    }

    /** The test's folder is deleted, and what a link leads to should not be. */
    @AfterEach
    void unlink() throws IOException {
        VulkanDriver.uninstall(home);
    }

    private VulkanDriver driver() {
        return compiled.orElseThrow();
    }

    private record Answer(String out, String err, int code) {
        String text() {
            StringBuilder text = new StringBuilder();
            for (JsonObject event : events()) {
                if (event.get("type").getAsString().equals("delta")) {
                    text.append(event.get("text").getAsString());
                }
            }
            return text.toString();
        }

        List<String> types() {
            return events().stream()
                    .map(event -> event.get("type").getAsString())
                    .toList();
        }

        List<String> notices() {
            List<String> codes = new ArrayList<>();
            for (JsonObject event : events()) {
                if (event.get("type").getAsString().equals("notice")) {
                    codes.add(event.get("code").getAsString());
                }
            }
            return codes;
        }

        private List<JsonObject> events() {
            return out.lines()
                    .map(line -> JsonParser.parseString(line).getAsJsonObject())
                    .toList();
        }
    }

    /** Each with an engine of its own: the last one's has been ended. */
    private Answer ask(Map<String, String> environment) throws Exception {
        return run(environment, "ask", "--json", "--model", model.toString(), "--temperature", "0", "begin");
    }

    private Answer run(Map<String, String> environment, String... command) throws Exception {
        try (KoineProcess koine = new KoineProcess(home, environment, command)) {
            String out = koine.out();
            String err = koine.err();
            int code = koine.exitCode();
            for (ProcessHandle engine : KoineProcess.engines(home)) {
                engine.destroyForcibly();
                engine.onExit().orTimeout(60, TimeUnit.SECONDS).join();
            }
            return new Answer(out, err, code);
        }
    }

    private String steps() throws IOException {
        return JsonParser.parseString(Files.readString(home.resolve("devices.json")))
                .getAsJsonObject()
                .getAsJsonObject("byDrivers")
                .toString();
    }

    private long times(String what) throws IOException {
        return Collections.frequency(driver().log(), what);
    }

    @Test
    void aDeviceComputesTheModelAndAnswersAsTheProcessorDoes() throws Exception {
        Answer processor = ask(driver().none());
        Answer device = ask(driver().environment(Map.of()));
        assertEquals(0, device.code(), device.err());
        assertEquals(List.of(), device.notices());
        assertEquals(2, times("loaded"), "by the probe and by the engine");
        assertEquals(WORDS, processor.text());
        assertEquals(WORDS, device.text());
    }

    @Test
    void aSpeedTestSaysHowMuchTheDeviceComputed() throws Exception {
        String[] bench = {
            "bench", "--json", "--model", model.toString(), "--prompt", "8", "--generate", "4", "--repeat", "1"
        };
        JsonObject there = JsonParser.parseString(
                        run(driver().environment(Map.of()), bench).out())
                .getAsJsonObject();
        JsonObject offloaded = there.getAsJsonObject("offloaded");
        assertEquals("Vulkan0", offloaded.get("device").getAsString());
        assertEquals(offloaded.get("all").getAsInt(), offloaded.get("layers").getAsInt());
        Answer without = run(driver().none(), bench);
        JsonObject here = JsonParser.parseString(without.out()).getAsJsonObject();
        assertTrue(here.get("offloaded").isJsonNull(), without.out());
        assertTrue(without.err().contains("KOINE-G103"), without.err());
    }

    @Test
    void withoutADriverTheProcessorAnswers() throws Exception {
        Answer first = ask(driver().none());
        assertEquals(0, first.code(), first.err());
        assertEquals(List.of("KOINE-G103"), first.notices());
        assertTrue(first.err().contains("libvulkan.so.1"), first.err());
        Answer second = ask(driver().none());
        assertEquals(List.of(), second.notices());
        assertEquals(WORDS, first.text());
        assertEquals(WORDS, second.text());
    }

    @Test
    void aDriverThatCrashesIsNotLoadedASecondTime() throws Exception {
        Map<String, String> crashes = driver().environment(Map.of("KOINE_DRIVER", "crashes"));
        Answer first = ask(crashes);
        assertEquals(0, first.code(), first.err());
        assertEquals(List.of("KOINE-G101"), first.notices());
        Answer second = ask(crashes);
        assertEquals(List.of(), second.notices());
        assertEquals(WORDS, first.text());
        assertEquals(WORDS, second.text());
        assertEquals(List.of("loaded"), driver().log());
    }

    /** Waits for as long as a driver is given. */
    @Test
    void aDriverThatHangsIsNotLoadedASecondTime() throws Exception {
        assumeTrue(Boolean.getBoolean("koine.long"), "waits half a minute for a driver: run ./check --long");
        Map<String, String> hangs = driver().environment(Map.of("KOINE_DRIVER", "hangs"));
        Answer first = ask(hangs);
        assertEquals(0, first.code(), first.err());
        assertEquals(List.of("KOINE-G102"), first.notices());
        Answer second = ask(hangs);
        assertEquals(List.of(), second.notices());
        assertEquals(WORDS, first.text());
        assertEquals(WORDS, second.text());
        assertEquals(List.of("loaded"), driver().log());
    }

    @Test
    void aDeviceWithLittleMemoryTakesSomeLayersAndOneWithLessNone() throws Exception {
        // what is left free, and what six layers of a tiny model are computed with, is most of it
        Answer some = ask(driver().environment(Map.of("KOINE_DRIVER_HEAP", String.valueOf(someLayers()))));
        assertEquals(0, some.code(), some.err());
        assertEquals(List.of("KOINE-G104"), some.notices(), some.err());
        Answer none = ask(driver().environment(Map.of("KOINE_DRIVER_HEAP", "100000000")));
        assertEquals(0, none.code(), none.err());
        assertEquals(List.of("KOINE-G105"), none.notices(), none.err());
        assertEquals(WORDS, some.text());
        assertEquals(WORDS, none.text());
    }

    private long someLayers() throws IOException {
        DeviceFit fit = new DeviceFit(new MemoryNeed(ModelShape.read(model)), 512, "f16", 4);
        long reserve = fit.wholeBytes() - fit.bytes(fit.all());
        return fit.bytes(fit.all() / 2) + reserve;
    }

    @Test
    void aDeviceThatRefusesMemoryIsAskedForLessAndThatIsRemembered() throws Exception {
        Map<String, String> refuses = driver().environment(Map.of("KOINE_DRIVER_MEMORY", "1000"));
        Answer first = ask(refuses);
        assertEquals(0, first.code(), first.err());
        assertEquals(List.of("KOINE-G106"), first.notices(), first.err());
        assertTrue(steps().contains("PROCESSOR"), steps());
        long refused = times("refused");
        assertTrue(refused > 0);
        Answer second = ask(refuses);
        assertEquals(List.of(), second.notices());
        assertEquals(WORDS, first.text());
        assertEquals(WORDS, second.text());
        assertEquals(refused, times("refused"), "it was not asked again");
    }

    @ParameterizedTest
    @ValueSource(strings = {"KOINE_DRIVER_SUBMITS", "KOINE_DRIVER_WORKS"})
    void aDeviceLostInMidAnswerKeepsTheWordsAndTheProcessorGoesOn(String how) throws Exception {
        Map<String, String> dies = driver().environment(Map.of(how, SUBMITS));
        Answer first = ask(dies);
        assertEquals(0, first.code(), first.err());
        assertTrue(times("died") + times("lost") > 0);
        assertEquals(WORDS, first.text(), "nothing twice, nothing missing");
        List<String> types = first.types();
        assertTrue(first.notices().contains("KOINE-G107"), first.err());
        assertTrue(
                types.indexOf("delta") < types.indexOf("notice")
                        && types.lastIndexOf("delta") > types.indexOf("notice"),
                "in mid-answer: " + types);
        // what is left of the ladder may be lost too; in the end the processor is
        ask(dies);
        long died = times("died") + times("lost");
        Answer last = ask(dies);
        assertEquals(WORDS, last.text());
        assertEquals(List.of(), last.notices());
        assertEquals(died, times("died") + times("lost"));
        assertTrue(steps().contains("PROCESSOR"), steps());
    }

    @Test
    void theDoctorSaysWhatComputesAndHasItTriedAgain() throws Exception {
        Map<String, String> crashes = driver().environment(Map.of("KOINE_DRIVER", "crashes"));
        assertEquals("unusable", doctor(crashes));
        assertEquals("unusable", doctor(crashes));
        assertEquals(2, times("loaded"), "who asks has it tried");
        assertEquals("device", doctor(driver().environment(Map.of())));
        Files.writeString(home.resolve("settings.json"), "{\"device\":\"processor\"}");
        assertEquals("wished", doctor(driver().environment(Map.of())));
    }

    private String doctor(Map<String, String> environment) throws Exception {
        try (KoineProcess koine = new KoineProcess(home, environment, "doctor", "--json")) {
            return JsonParser.parseString(koine.out())
                    .getAsJsonObject()
                    .getAsJsonObject("computes")
                    .get("why")
                    .getAsString();
        }
    }
}
