package koine.engine.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import koine.engine.Eventually;
import koine.engine.client.PackProbe;
import koine.engine.client.PackProbe.Outcome;
import koine.engine.hardware.Placement.Step;
import koine.engine.llama.Device;
import koine.engine.llama.Offload;
import koine.engine.packs.PackManifest;
import koine.engine.packs.PackStore;
import koine.gguf.TinyModel;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class PlacementsTest {
    private static final String PLAIN = "linux-x64";
    private static final String VULKAN = "linux-x64-vulkan";
    private static final String CUDA = "linux-x64-cuda";
    private final Problem outOfMemory = new Problem("KOINE-E103", Map.of());

    @TempDir
    Path folder;

    private final List<String> probed = new CopyOnWriteArrayList<>();
    private final Map<String, PackProbe.Result> outcomes = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();
    private final BlockingQueue<String> probes = new LinkedBlockingQueue<>();
    private volatile CountDownLatch mayProbe = new CountDownLatch(0);
    private volatile Wish wish = Wish.BEST;
    private Path model = Path.of("");

    @BeforeEach
    void write() throws IOException {
        install(PLAIN);
        outcomes.put(PLAIN, usable());
        model = folder.resolve("model.gguf");
        TinyModel.of("llama").bytes(null, List.of("<end>")).context(512).write(model);
    }

    private void install(String id) throws IOException {
        Files.createDirectories(folder.resolve("packs").resolve(id + "-3.22.1"));
    }

    private static Device device(String name, String description, Device.Kind kind, long bytes) {
        return new Device(name, description, "Vulkan", kind, bytes, bytes, true);
    }

    private static PackProbe.Result usable(Device... devices) {
        List<Device> all = new ArrayList<>(List.of(devices));
        all.add(device("CPU", "a processor", Device.Kind.PROCESSOR, 8L << 30));
        return new PackProbe.Result(Outcome.USABLE, all, null, null, 0);
    }

    private static final Device CARD = device("Vulkan0", "A card ", Device.Kind.GRAPHICS, 4L << 30);

    /** As a start of the program makes it. */
    private Placements placements() {
        PackStore packs = new PackStore(PackManifest.builtIn(), "linux-x64", null, folder.resolve("packs"));
        Placements.Prober prober = pack -> {
            String id = String.valueOf(pack.getFileName()).replace("-3.22.1", "");
            probed.add(id);
            probes.add(id);
            mayProbe.await();
            PackProbe.Result result = outcomes.get(id);
            assertNotNull(result, id);
            return result;
        };
        return new Placements(
                packs,
                prober,
                folder.resolve("data/devices.json"),
                new Drivers(environment, new Properties()),
                () -> wish);
    }

    private static @Nullable String notice(Placement placement) {
        return placement.notice() == null ? null : placement.notice().code();
    }

    private static Placement below(Placements placements, Path model, Placement failed, Problem how) throws Problem {
        Placement below = placements.below(model, failed, how);
        assertNotNull(below);
        return below;
    }

    @Test
    void withoutAPackForGraphicsNothingIsTriedOrKept() throws Exception {
        Placement placement = placements().first(model);
        assertEquals(folder.resolve("packs/linux-x64-3.22.1"), placement.pack());
        assertNull(placement.offload());
        assertNull(placement.notice());
        assertEquals(List.of(), probed);
        assertTrue(Files.notExists(folder.resolve("data/devices.json")));
    }

    @Test
    void aDeviceTakesTheModelAndItsPackIsTriedOnce() throws Exception {
        install(VULKAN);
        outcomes.put(VULKAN, usable(CARD));
        for (int start = 0; start < 3; start++) {
            Placement placement = placements().first(model);
            assertEquals(folder.resolve("packs/linux-x64-vulkan-3.22.1"), placement.pack());
            assertEquals(new Offload("Vulkan0", "A card ", Offload.FITTING, 4L << 30), placement.offload());
            assertEquals(CARD, placement.device());
            assertNull(placement.notice());
        }
        assertEquals(List.of(VULKAN), probed);
    }

    @Test
    void aCardGoesBeforeSharedGraphicsAndMoreMemoryBeforeLess() throws Exception {
        install(VULKAN);
        Device shared = device("Vulkan0", "in the processor", Device.Kind.SHARED_GRAPHICS, 64L << 30);
        Device small = device("Vulkan1", "small", Device.Kind.GRAPHICS, 2L << 30);
        Device large = device("Vulkan2", "large", Device.Kind.GRAPHICS, 8L << 30);
        outcomes.put(VULKAN, usable(shared, small, large));
        assertEquals(large, placements().first(model).device());
    }

    @Test
    void aCardsOwnInterfaceGoesBeforeTheGeneralOne() throws Exception {
        install(VULKAN);
        install(CUDA);
        outcomes.put(VULKAN, usable(CARD));
        // the two count a card's memory differently
        outcomes.put(CUDA, usable(device("CUDA0", "A card", Device.Kind.GRAPHICS, (4L << 30) - 300_000_000)));
        assertEquals(
                folder.resolve("packs/linux-x64-cuda-3.22.1"),
                placements().first(model).pack());
    }

    @ParameterizedTest
    @CsvSource({"CRASHED,KOINE-G101", "HUNG,KOINE-G102", "REFUSED,KOINE-G103"})
    void aDriverThatFailsIsToldOnceAndRemembered(Outcome outcome, String code) throws Exception {
        install(VULKAN);
        outcomes.put(VULKAN, new PackProbe.Result(outcome, List.of(), null, null, 0));
        Placement first = placements().first(model);
        assertEquals(Step.PROCESSOR, first.step());
        assertEquals(folder.resolve("packs/linux-x64-3.22.1"), first.pack());
        assertEquals(code, notice(first));
        assertEquals(code, notice(placements().first(model)), "nobody has heard it yet");
        placements().told(new Problem("KOINE-E112", Map.of()));
        assertEquals(code, notice(placements().first(model)), "that was something else");
        placements().told(new Problem(code, Map.of()));
        Placement second = placements().first(model);
        assertEquals(Step.PROCESSOR, second.step());
        assertNull(second.notice(), "told before");
        assertEquals(List.of(VULKAN), probed);
    }

    @Test
    void aPackThatFindsNoDeviceSaysWhatItNeeds() throws Exception {
        install(VULKAN);
        outcomes.put(VULKAN, usable());
        Placement first = placements().first(model);
        assertNotNull(first.notice());
        assertEquals("KOINE-G103", first.notice().code());
        assertEquals("libvulkan.so.1", first.notice().arguments().get("needs"));
    }

    @Test
    void anotherDriverIsTriedAnew() throws Exception {
        install(VULKAN);
        outcomes.put(VULKAN, new PackProbe.Result(Outcome.CRASHED, List.of(), null, null, 134));
        placements().first(model);
        environment.put("VK_DRIVER_FILES", folder.resolve("driver.json").toString());
        outcomes.put(VULKAN, usable(CARD));
        assertEquals(CARD, placements().first(model).device());
        Files.writeString(folder.resolve("driver.json"), "{}"); // the same name, another file
        placements().first(model);
        assertEquals(List.of(VULKAN, VULKAN, VULKAN), probed);
    }

    @Test
    void whatIsTriedIsRememberedThoughNobodyWaitsForItAnyMore() throws Exception {
        install(VULKAN);
        outcomes.put(VULKAN, new PackProbe.Result(Outcome.HUNG, List.of(), null, null, 0));
        mayProbe = new CountDownLatch(1);
        Placements placements = placements();
        Thread impatient = Thread.ofPlatform().start(() -> {
            try {
                placements.first(model);
            } catch (Problem e) {
                assertEquals("KOINE-E108", e.code());
            }
        });
        probes.take();
        wish = Wish.PROCESSOR;
        assertEquals(Step.PROCESSOR, placements.first(model).step(), "nobody else has to wait");
        wish = Wish.BEST;
        impatient.interrupt();
        impatient.join();
        mayProbe.countDown();
        Eventually.within(
                Duration.ofSeconds(20), "it is written down", () -> Files.exists(folder.resolve("data/devices.json")));
        assertEquals(Step.PROCESSOR, placements().first(model).step());
        assertEquals(List.of(VULKAN), probed);
    }

    @Test
    void aTerminalThatPointsDriversElsewhereCostsTheDesktopNothing() throws Exception {
        install(VULKAN);
        outcomes.put(VULKAN, usable(CARD));
        for (int turn = 0; turn < 3; turn++) {
            environment.remove("LD_LIBRARY_PATH");
            placements().first(model);
            environment.put("LD_LIBRARY_PATH", "/opt/drivers");
            placements().first(model);
        }
        assertEquals(List.of(VULKAN, VULKAN), probed);
    }

    @Test
    void aVariableThatIsNoPathIsNoMatter() throws Exception {
        install(VULKAN);
        outcomes.put(VULKAN, usable(CARD));
        environment.put("VK_LAYER_PATH", "\"C:\\Vulkan SDK\\\0\"");
        assertEquals(CARD, placements().first(model).device());
    }

    @Test
    void aLowerStepOfAnotherProgramStays() throws Exception {
        install(VULKAN);
        outcomes.put(VULKAN, usable(CARD));
        Placements placements = placements();
        Placement whole = placements.first(model);
        Placement half = below(placements, model, whole, outOfMemory);
        placements().remember(model, half, below(placements(), model, half, outOfMemory), outOfMemory);
        placements.remember(model, whole, half, outOfMemory);
        assertEquals(Step.PROCESSOR, placements().first(model).step());
    }

    @Test
    void whoAsksHasEverythingTriedAgain() throws Exception {
        install(VULKAN);
        outcomes.put(VULKAN, usable(CARD));
        Placements placements = placements();
        Placement whole = placements.first(model);
        placements.remember(model, whole, below(placements, model, whole, outOfMemory), outOfMemory);
        assertEquals(Step.HALF, placements().first(model).step());
        probed.clear();
        assertEquals(2, placements().look(true).size());
        assertEquals(List.of(PLAIN, VULKAN), probed);
        assertEquals(Step.FITTING, placements().first(model).step());
        placements().look(false);
        assertEquals(List.of(PLAIN, VULKAN), probed, "what is known is not tried again");
    }

    @Test
    void theLadderGoesOverHalfOfTheLayersToTheProcessor() throws Exception {
        install(VULKAN);
        outcomes.put(VULKAN, usable(CARD));
        Placements placements = placements();
        Placement half = below(placements, model, placements.first(model), outOfMemory);
        assertEquals(Step.HALF, half.step());
        assertEquals(new Offload("Vulkan0", "A card ", Offload.HALF, 4L << 30), half.offload());
        assertEquals("KOINE-G106", notice(half));
        Placement processor = below(placements, model, half, outOfMemory);
        assertEquals(Step.PROCESSOR, processor.step());
        assertNull(processor.offload());
        assertEquals(folder.resolve("packs/linux-x64-3.22.1"), processor.pack());
        assertEquals("KOINE-G106", notice(processor));
        assertNull(placements.below(model, processor, outOfMemory), "nothing is below the processor");
    }

    @Test
    void aDeviceThatHangsIsNotWaitedForASecondTime() throws Exception {
        install(VULKAN);
        outcomes.put(VULKAN, usable(CARD));
        Placements placements = placements();
        Placement below = below(placements, model, placements.first(model), new Problem("KOINE-E105", Map.of()));
        assertEquals(Step.PROCESSOR, below.step());
    }

    @Test
    void whatADeviceCannotDoIsRememberedForThisModelAlone() throws Exception {
        install(VULKAN);
        outcomes.put(VULKAN, usable(CARD));
        Placements placements = placements();
        Placement whole = placements.first(model);
        Placement half = below(placements, model, whole, outOfMemory);
        placements.remember(model, whole, half, outOfMemory);
        Placement again = placements().first(model);
        assertEquals(half.offload(), again.offload());
        assertNull(again.notice(), "told before");
        Path other = Files.copy(model, folder.resolve("other.gguf"));
        assertEquals(Step.FITTING, placements().first(other).step());
        Files.setLastModifiedTime(model, FileTime.fromMillis(1_000_000));
        assertEquals(Step.FITTING, placements().first(model).step(), "another file under the same name");
    }

    @Test
    void noFileNamesAreKept() throws Exception {
        install(VULKAN);
        outcomes.put(VULKAN, usable(CARD));
        Placements placements = placements();
        Placement whole = placements.first(model);
        placements.remember(model, whole, below(placements, model, whole, outOfMemory), outOfMemory);
        String kept = Files.readString(folder.resolve("data/devices.json"));
        assertTrue(kept.contains("HALF"), kept);
        assertTrue(!kept.contains("model.gguf") && !kept.contains(folder.toString()), kept);
    }

    @Test
    void theProcessorIsTakenWhenThatIsWished() throws Exception {
        install(VULKAN);
        outcomes.put(VULKAN, usable(CARD));
        wish = Wish.PROCESSOR;
        Placement placement = placements().first(model);
        assertEquals(Step.PROCESSOR, placement.step());
        assertNull(placement.notice());
        assertEquals(List.of(), probed);
        assertTrue(placements().chosen(placements().look(false)).isEmpty());
    }

    @Test
    void aDeviceThatSomebodyChoseIsNeverReplacedSilently() throws Exception {
        install(VULKAN);
        Device other = device("Vulkan1", "large", Device.Kind.GRAPHICS, 8L << 30);
        outcomes.put(VULKAN, usable(CARD, other));
        wish = new Wish("A card");
        Placements placements = placements();
        Placement whole = placements.first(model);
        assertEquals(CARD, whole.device(), "though another has more memory");
        placements.remember(model, whole, below(placements, model, whole, outOfMemory), outOfMemory);
        assertEquals("KOINE-G106", notice(placements().first(model)));
        assertEquals("KOINE-G106", notice(placements().first(model)), "each time");
        wish = new Wish("a card that was sold");
        assertEquals("KOINE-G108", notice(placements().first(model)));
        assertEquals("KOINE-G108", notice(placements().first(model)), "each time");
        Files.delete(folder.resolve("packs").resolve(VULKAN + "-3.22.1"));
        assertEquals("KOINE-G108", notice(placements().first(model)), "without any pack for graphics");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "not JSON",
                "{}",
                "null",
                "{\"format\":2}",
                "{\"format\":2,\"byDrivers\":{\"DRIVERS\":null}}",
                "{\"format\":2,\"byDrivers\":{\"DRIVERS\":{\"packs\":{\"linux-x64-vulkan-3.22.1\":null},\"steps\":{}}}}",
                "{\"format\":2,\"byDrivers\":{\"DRIVERS\":{\"packs\":{\"linux-x64-vulkan-3.22.1\":{}},\"steps\":{}}}}",
                "{\"format\":2,\"byDrivers\":{\"DRIVERS\":{\"packs\":{},\"steps\":{\"x\":{\"step\":\"NONE\"}}}}}",
                "{\"format\":1,\"drivers\":\"DRIVERS\",\"packs\":{},\"steps\":{}}"
            })
    void aFileThatMakesNoSenseIsAsIfItWereNotThere(String content) throws Exception {
        install(VULKAN);
        outcomes.put(VULKAN, usable(CARD));
        Path file = folder.resolve("data/devices.json");
        Files.createDirectories(folder.resolve("data"));
        String drivers = new Drivers(environment, new Properties()).fingerprint();
        Files.writeString(file, content.replace("DRIVERS", drivers));
        assertEquals(CARD, placements().first(model).device());
        assertEquals(List.of(VULKAN), probed);
        assertEquals(CARD, placements().first(model).device());
        assertEquals(List.of(VULKAN), probed, "and is replaced by one that does");
    }

    @Test
    @Timeout(30)
    void aTryThatFailsByAFaultOfOursHoldsNobodyUp() throws Exception {
        install(VULKAN);
        Placements placements = placements(); // no outcome is scripted: the try throws
        assertEquals(Step.PROCESSOR, placements.first(model).step());
        assertThrows(IllegalStateException.class, () -> placements.look(false), "who asks for it is told");
        outcomes.put(VULKAN, usable(CARD));
        assertEquals(CARD, placements.first(model).device());
    }

    @Test
    void aFingerprintIsTheSameUntilSomethingChanges() throws Exception {
        Properties system = new Properties();
        system.setProperty("os.version", "1");
        String one = new Drivers(environment, system).fingerprint();
        assertEquals(one, new Drivers(environment, system).fingerprint());
        environment.put("HOME", "somewhere");
        assertEquals(one, new Drivers(environment, system).fingerprint(), "of no matter to drivers");
        environment.put("GGML_VK_VISIBLE_DEVICES", "1");
        assertNotEquals(one, new Drivers(environment, system).fingerprint());
        environment.remove("GGML_VK_VISIBLE_DEVICES");
        system.setProperty("os.version", "2");
        assertNotEquals(one, new Drivers(environment, system).fingerprint());
    }

    @Nested
    class WhereThePackForTheProcessorCannotBeUsed {
        private final Problem notLoaded = new Problem("KOINE-E101", Map.of());

        @Test
        void theEngineThatComesWithTheProgramComputes() throws Exception {
            outcomes.put(PLAIN, ended(Outcome.REFUSED));
            Placements placements = placements();
            Placement first = placements.first(model);
            assertEquals(Step.PROCESSOR, first.step());
            Placement below = below(placements, model, first, notLoaded);
            assertEquals(Step.BUILT_IN, below.step());
            assertEquals(folder.resolve("packs/jllama-4.2.0"), below.pack());
            assertNull(below.offload());
            assertEquals(below, placements.first(model), "it is not tried again and again");
            assertEquals(List.of(PLAIN), probed);
            assertTrue(placements.usesBuiltIn(placements.look(false)));
            assertNull(placements.below(model, below, notLoaded), "and there is nothing below");

            outcomes.put(PLAIN, usable());
            Placements again = placements();
            assertEquals(Step.PROCESSOR, again.first(model).step(), "but when the program starts anew");
            assertFalse(again.usesBuiltIn(again.look(false)), "and nobody says otherwise");
        }

        private Placements builtIn() throws Exception {
            outcomes.put(PLAIN, ended(Outcome.REFUSED));
            Placements placements = placements();
            assertEquals(
                    Step.BUILT_IN,
                    below(placements, model, placements.first(model), notLoaded).step());
            outcomes.put(PLAIN, usable());
            assertEquals(Step.BUILT_IN, placements.first(model).step());
            return placements;
        }

        @Test
        void aPackThatWorksWhenItIsTriedAgainComputesAgain() throws Exception {
            Placements placements = builtIn();
            assertFalse(placements.usesBuiltIn(placements.look(true)));
            assertEquals(Step.PROCESSOR, placements.first(model).step());
        }

        @Test
        void aPackThatIsReplacedComputesAgain() throws Exception {
            Placements placements = builtIn();
            Path pack = folder.resolve("packs/linux-x64-3.22.1");
            Files.move(pack, folder.resolve("set-aside"));
            Files.createDirectory(pack);
            assertEquals(Step.PROCESSOR, placements.first(model).step());
            assertFalse(placements.usesBuiltIn(placements.look(false)));
        }

        @Test
        void whoHasChosenTheProcessorHasNoDriverLoaded() throws Exception {
            install(VULKAN);
            outcomes.put(VULKAN, usable(CARD));
            wish = Wish.PROCESSOR;
            Files.delete(folder.resolve("packs/linux-x64-3.22.1"));
            assertEquals(Step.BUILT_IN, placements().first(model).step());
            assertEquals(List.of(), probed);
            placements().look(false);
            assertEquals(List.of(VULKAN), probed);
            Placement known = placements().first(model);
            assertEquals(Step.PROCESSOR, known.step());
            assertEquals(folder.resolve("packs/linux-x64-vulkan-3.22.1"), known.pack());
            assertNull(known.offload());
        }

        @Test
        void whatADeviceIsLeftWithDoesNotSayWhichEngineComputesInItsPlace() throws Exception {
            install(VULKAN);
            outcomes.put(VULKAN, usable(CARD));
            Placements placements = placements();
            Placement whole = placements.first(model);
            Placement builtIn = new Placement(folder.resolve("packs/jllama-4.2.0"), null, null, Step.BUILT_IN, null);
            placements.remember(model, whole, builtIn, outOfMemory);
            assertFalse(Files.readString(folder.resolve("data/devices.json")).contains("BUILT_IN"));
            Placement next = placements().first(model);
            assertEquals(Step.PROCESSOR, next.step());
            assertNull(next.offload());
        }

        @Test
        void anotherPackThatWorksComputesOnTheProcessor() throws Exception {
            outcomes.put(PLAIN, ended(Outcome.CRASHED));
            install(VULKAN);
            outcomes.put(VULKAN, usable());
            Placements placements = placements();
            Placement below = below(placements, model, placements.first(model), notLoaded);
            assertEquals(Step.PROCESSOR, below.step());
            assertEquals(folder.resolve("packs/linux-x64-vulkan-3.22.1"), below.pack());
            assertNull(below.offload());
            assertFalse(placements.usesBuiltIn(placements.look(false)));

            outcomes.put(VULKAN, ended(Outcome.HUNG));
            assertEquals(
                    Step.BUILT_IN, below(placements, model, below, notLoaded).step());
        }

        @Test
        void whatIsNotThePacksFaultIsNotItsFault() throws Exception {
            Placements placements = placements();
            Placement first = placements.first(model);
            for (String code : List.of("KOINE-E102", "KOINE-E103", "KOINE-E109", "KOINE-E113")) {
                assertNull(placements.below(model, first, new Problem(code, Map.of())));
            }
            assertEquals(List.of(), probed);
            assertNull(placements.below(model, first, notLoaded), "it works when it is tried");
            assertEquals(List.of(PLAIN), probed);
            assertEquals(first, placements.first(model));
        }

        @Test
        void orIsNotThereAtAllTheEngineThatComesWithTheProgramComputes() throws Exception {
            Files.delete(folder.resolve("packs/linux-x64-3.22.1"));
            assertEquals(Step.BUILT_IN, placements().first(model).step());
            Placements placements = placements();
            assertTrue(placements.usesBuiltIn(placements.look(false)));
        }
    }

    private static PackProbe.Result ended(Outcome how) {
        return new PackProbe.Result(how, List.of(), null, null, 1);
    }
}
