package koine.engine.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import koine.engine.Eventually;
import koine.engine.llama.Offload;
import koine.engine.llama.Weights;
import koine.engine.memory.MeasuredMemory;
import koine.engine.memory.MemoryNeed;
import koine.engine.memory.MemoryProbe;
import koine.engine.memory.ModelShape;
import koine.engine.process.EngineOptions;
import koine.engine.process.ScriptedEngineMain;
import koine.engine.session.GeneratorOptions;
import koine.engine.speed.MeasuredSpeed;
import koine.engine.speed.PairedRatio;
import koine.engine.speed.Speedup;
import koine.engine.speed.Trial;
import koine.gguf.GgufValue;
import koine.gguf.GgufWriter;
import koine.i18n.Problem;
import koine.net.LoopbackResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real engine processes, found, shared, killed and ended; only what they generate is scripted. */
@Timeout(120)
class EngineBrokerTest {
    private static final String ENGINE = ScriptedEngineMain.class.getName();

    @TempDir
    Path folder;

    /** How much memory the computer is said to have left; what the engines take is not looked at. */
    private volatile long available = Long.MAX_VALUE / 2;

    /** With the end of this process there is memory for everything; 0 is none. */
    private volatile long gone;

    private final MemoryProbe memory = new MemoryProbe() {
        @Override
        public long availableBytes() {
            boolean room = gone != 0
                    && ProcessHandle.of(gone).filter(ProcessHandle::isAlive).isEmpty();
            return room ? Long.MAX_VALUE / 2 : available;
        }

        @Override
        public OptionalLong ownBytes(long pid) {
            return OptionalLong.empty();
        }
    };

    private Path runtime;
    private Path logs;
    private Path pack;
    private Path model;
    private EngineBroker broker;
    private final Set<Long> engines = new HashSet<>();
    private final List<EngineLease> leases = new ArrayList<>();
    private final Clients clients = new Clients();

    @BeforeEach
    void prepare() throws IOException {
        runtime = folder.resolve("حالة run");
        logs = folder.resolve("logs");
        pack = Files.createDirectory(folder.resolve("pack"));
        model = Files.writeString(folder.resolve("secret-name.gguf"), "fine");
        broker = new EngineBroker(runtime, logs, List.of(), ENGINE, memory);
    }

    @AfterEach
    void leaveNoProcess() throws Exception {
        leases.forEach(EngineLease::close);
        clients.close();
        try (Stream<Path> files = Files.exists(runtime) ? Files.list(runtime) : Stream.empty()) {
            for (Path file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
                engines.add(brokerFile(file).get("pid").getAsLong());
            }
        }
        ProcessHandle.current().children().forEach(child -> engines.add(child.pid()));
        for (long engine : engines) {
            if (engine != ProcessHandle.current().pid()) {
                ProcessHandle.of(engine).ifPresent(ProcessHandle::destroyForcibly);
                ended(Duration.ofSeconds(5), engine);
            }
        }
    }

    private static JsonObject brokerFile(Path file) throws IOException {
        return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    }

    private Path brokerFile() throws IOException {
        try (Stream<Path> files = Files.list(runtime)) {
            List<Path> found =
                    files.filter(file -> file.toString().endsWith(".json")).toList();
            assertEquals(1, found.size(), "broker files: " + found);
            return found.getFirst();
        }
    }

    private EngineLease acquire() throws Problem {
        return acquire(fraction -> {});
    }

    private EngineLease acquire(LoadListener listener) throws Problem {
        EngineLease lease = broker.acquire(new EngineSpec(model, pack, 0), listener);
        leases.add(lease);
        engines.add(lease.pid());
        return lease;
    }

    private Clients.Client client(String... prefix) throws IOException {
        return clients.start(List.of(prefix), runtime, logs, model, pack, ENGINE);
    }

    private static void ended(Duration within, long pid) throws Exception {
        Eventually.within(
                within,
                "process " + pid + " has ended",
                () -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
    }

    private static ChatRequest asking(String id, String wish) {
        return new ChatRequest(id, List.of(new ChatMessage("user", wish)), Sampling.DEFAULT, null, "conversation");
    }

    private static String answer(EngineLease lease, String wish) throws Problem {
        StringBuilder text = new StringBuilder();
        ChatResult result = lease.engine().chat(asking("q", wish), text::append);
        assertEquals(ChatResult.Finish.STOP, result.finish());
        return text.toString();
    }

    private static String code(ExecutionException failure) {
        return failure.getCause() instanceof Problem problem ? problem.code() : String.valueOf(failure.getCause());
    }

    private static void signal(String name, long pid) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/kill")), "no kill command");
        assertEquals(
                0,
                new ProcessBuilder("/bin/kill", "-" + name, Long.toString(pid))
                        .start()
                        .waitFor());
    }

    @Nested
    class AnEngine {
        @Test
        void isStartedLoadedAskedAndSharedByTheNextWhoWantsTheSame() throws Exception {
            Files.writeString(model, "steps");
            List<Double> progress = new ArrayList<>();
            EngineLease first = acquire(progress::add);
            assertEquals("مرحبا 👋", answer(first, "say مرحبا 👋"));
            assertEquals(1.0, progress.getLast());
            assertTrue(progress.size() > 3, "progress: " + progress);
            assertEquals(progress.stream().sorted().toList(), progress);
            EngineLease second = acquire();
            assertEquals(first.pid(), second.pid());
            first.close();
            assertEquals("x", answer(second, "say x"));
        }

        @Test
        void isOneForAllWhoAskAtTheSameMoment() throws Exception {
            Clients.Client one = client();
            Clients.Client two = client();
            long here = acquire().pid();
            assertEquals(here, one.enginePid());
            assertEquals(here, two.enginePid());
            one.ask("say one");
            two.ask("say two");
            assertEquals("STOP one", one.line());
            assertEquals("STOP two", two.line());
        }

        @Test
        void isAnotherForAnotherModelOrContextOrThreadsOrAFileThatWasReplaced() throws Exception {
            long first = acquire().pid();
            EngineLease larger = broker.acquire(new EngineSpec(model, pack, 4096), fraction -> {});
            leases.add(larger);
            engines.add(larger.pid());
            assertNotEquals(first, larger.pid());
            EngineLease slower = broker.acquire(new EngineSpec(model, pack, 0, 1), fraction -> {});
            leases.add(slower);
            engines.add(slower.pid());
            assertNotEquals(first, slower.pid());
            Files.writeString(model, "replaced");
            assertNotEquals(first, acquire().pid());
        }

        @Test
        void keepsItsTokenAndItsFilesFromOthers() throws Exception {
            EngineLease lease = acquire();
            answer(lease, "say confidential");
            Path file = brokerFile();
            String token = brokerFile(file).get("token").getAsString();
            assertTrue(token.length() >= 40);
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(runtime)));
            String commandLine = String.join(
                    "\0",
                    ProcessHandle.of(lease.pid())
                            .orElseThrow()
                            .info()
                            .arguments()
                            .orElse(new String[0]));
            assertTrue(commandLine.contains(ENGINE));
            assertFalse(commandLine.contains(token));
            assertFalse(commandLine.contains("secret-name"));
            try (Stream<Path> files = Files.list(logs)) {
                for (Path log : files.toList()) {
                    String text = Files.readString(log);
                    for (String secret : List.of(token, "confidential", "secret-name", folder.toString())) {
                        assertFalse(text.contains(secret), log.getFileName() + " tells " + secret);
                    }
                }
            }
        }
    }

    @Nested
    class TheLargestRequests {
        private static int status(EngineLease lease, String path, String body) throws IOException {
            Map<String, String> headers = Map.of("Content-Type", "application/json");
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            try (LoopbackResponse response = lease.send("POST", path, headers, bytes)) {
                response.body().transferTo(OutputStream.nullOutputStream());
                return response.status();
            }
        }

        @Test
        void endNoEngineNeitherAloneNorManyAtOnce() throws Exception {
            EngineLease lease = acquire();
            String values = "{\"content\":\"x\",\"model\":[" + "1,".repeat(3_000_000) + "1]}";
            assertEquals(400, status(lease, "/tokenize", values));
            String text = "x".repeat(7_000_000) + "न"; // two bytes a character in memory, for the last one
            String content = "{\"content\":\"" + text + "\"}";
            String messages = "{\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}";
            String many = "{\"content\":\"x\",\"model\":[" + "1,".repeat(190_000) + "1]}"; // 17 MB of objects
            List<Callable<Integer>> requests = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                requests.add(() -> status(lease, "/tokenize", content));
                requests.add(() -> status(lease, "/apply-template", messages));
                requests.addAll(Collections.nCopies(4, () -> status(lease, "/tokenize", many)));
            }
            try (ExecutorService workers = Executors.newFixedThreadPool(requests.size())) {
                for (Future<Integer> answer : workers.invokeAll(requests)) {
                    assertTrue(Set.of(200, 400, 503).contains(answer.get()), "status " + answer.get());
                }
            }
            assertEquals("x", answer(lease, "say x"));
            assertEquals(lease.pid(), acquire().pid());
        }
    }

    @Nested
    class WhereMemoryIsShort {
        private static final long MIB = 1 << 20;

        /** One gibibyte of context at 8,192 tokens, and next to no weights. */
        private Path large(String name) throws IOException {
            Path file = folder.resolve(name);
            new GgufWriter()
                    .put("general.architecture", "llama")
                    .put("llama.block_count", GgufValue.uint32(32))
                    .put("llama.context_length", GgufValue.uint32(8192))
                    .put("llama.embedding_length", GgufValue.uint32(1024))
                    .put("llama.attention.head_count", GgufValue.uint32(8))
                    .tensor("token_embd.weight", List.of(32L), new float[32])
                    .write(file);
            return file;
        }

        private EngineLease acquire(Path wanted, int context, List<Problem> notices) throws Problem {
            EngineLease lease = broker.acquire(new EngineSpec(wanted, pack, context), new LoadListener() {
                @Override
                public void onLoadProgress(double fraction) {}

                @Override
                public void onNotice(Problem notice) {
                    notices.add(notice);
                }
            });
            leases.add(lease);
            engines.add(lease.pid());
            return lease;
        }

        @Test
        void anIdleEngineMakesRoomAndItsHolderLearnsThatItHasGone() throws Exception {
            available = 2_000 * MIB;
            List<Problem> notices = new ArrayList<>();
            EngineLease first = acquire(large("first.gguf"), 0, notices);
            assertEquals("x", answer(first, "say x"));
            available = 1_000 * MIB;
            EngineLease second = acquire(large("second.gguf"), 0, notices);
            ended(Duration.ofSeconds(10), first.pid());
            assertEquals("y", answer(second, "say y"));
            assertEquals(
                    "KOINE-E209",
                    assertThrows(Problem.class, () -> answer(first, "say x")).code());
            assertFalse(first.alive());
        }

        /** The engines of these tests have no device; it is the broker that counts. */
        private EngineLease onDevice(Path wanted, Offload offload) throws Problem {
            EngineLease lease = broker.acquire(
                    new EngineSpec(wanted, pack, EngineOptions.DEFAULT.withOffload(offload)), fraction -> {});
            leases.add(lease);
            engines.add(lease.pid());
            return lease;
        }

        @Test
        void anIdleEngineLeavesADeviceThatAnotherNeedsAndOtherDevicesAreNoMatter() throws Exception {
            Offload small = new Offload("Vulkan0", "small card", Offload.FITTING, 2_000 * MIB);
            Offload other = new Offload("Vulkan1", "other card", Offload.FITTING, 2_000 * MIB);
            Offload large = new Offload("Vulkan2", "large card", Offload.FITTING, 8_000 * MIB);
            available = 20_000 * MIB;
            EngineLease elsewhere = onDevice(large("elsewhere.gguf"), other);
            EngineLease first = onDevice(large("first.gguf"), small); // a gibibyte of context there
            EngineLease second = onDevice(large("second.gguf"), small);
            ended(Duration.ofSeconds(10), first.pid());
            assertTrue(elsewhere.alive());
            EngineLease third = onDevice(large("third.gguf"), large);
            EngineLease fourth = onDevice(large("fourth.gguf"), large);
            for (EngineLease lease : List.of(elsewhere, second, third, fourth)) {
                assertTrue(lease.alive());
                assertEquals("x", answer(lease, "say x"));
            }
        }

        @Test
        void aModelOnADeviceNeedsLessOfTheComputersMemory() throws Exception {
            available = 700 * MIB;
            List<Problem> notices = new ArrayList<>();
            acquire(large("here.gguf"), 0, notices);
            assertEquals("KOINE-E112", notices.getFirst().code(), "a gibibyte of context is too much here");
            notices.clear();
            Offload card = new Offload("Vulkan0", "card", Offload.FITTING, 4_000 * MIB);
            broker.acquire(
                            new EngineSpec(large("there.gguf"), pack, EngineOptions.DEFAULT.withOffload(card)),
                            new LoadListener() {
                                @Override
                                public void onLoadProgress(double fraction) {}

                                @Override
                                public void onNotice(Problem notice) {
                                    notices.add(notice);
                                }
                            })
                    .close();
            assertTrue(notices.stream().noneMatch(notice -> notice.code().equals("KOINE-E112")), notices.toString());
        }

        @Test
        void theLeastRecentlyUsedLeavesFirstAndOneAtWorkNever() throws Exception {
            List<Problem> notices = new ArrayList<>();
            EngineLease busy = acquire(large("busy.gguf"), 0, notices);
            EngineLease older = acquire(large("older.gguf"), 0, notices);
            EngineLease newer = acquire(large("newer.gguf"), 0, notices);
            CountDownLatch some = new CountDownLatch(1);
            CompletableFuture<ChatResult> working = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> {
                try {
                    working.complete(busy.engine().chat(asking("busy", "slow"), text -> some.countDown()));
                } catch (Problem e) {
                    working.completeExceptionally(e);
                }
            });
            assertTrue(some.await(20, TimeUnit.SECONDS));
            assertEquals("x", answer(older, "say x"));
            assertEquals("x", answer(newer, "say x"));
            roomWhenGone(older.pid());
            acquire(large("fourth.gguf"), 0, notices);
            ended(Duration.ofSeconds(5), older.pid());
            assertEquals(List.of(), notices);
            assertEquals("y", answer(newer, "say y"));
            available = 1_000 * MIB;
            gone = 0;
            acquire(large("fifth.gguf"), 0, notices);
            ended(Duration.ofSeconds(5), newer.pid());
            assertEquals("KOINE-E112", notices.getFirst().code()); // the others left, and it was not enough
            assertFalse(working.isDone());
            busy.engine().cancel("busy");
            assertEquals(
                    ChatResult.Finish.CANCELLED,
                    working.get(10, TimeUnit.SECONDS).finish());
        }

        /** There is little memory as long as that process lives, and enough afterwards. */
        private void roomWhenGone(long pid) {
            available = 1_000 * MIB;
            gone = pid;
        }

        @Test
        void theContextIsMadeSmallerAndThatIsSaidUnlessSomebodyChoseIt() throws Exception {
            available = 1_000 * MIB;
            List<Problem> notices = new ArrayList<>();
            Path wanted = large("large.gguf");
            EngineLease smaller = acquire(wanted, 0, notices);
            assertEquals("KOINE-E112", notices.getFirst().code());
            assertEquals(4096, notices.getFirst().arguments().get("contextTokens"));
            assertEquals(8192, notices.getFirst().arguments().get("usualTokens"));
            assertEquals("sooner", notices.getFirst().arguments().get("idle"));
            assertEquals(2, notices.getFirst().arguments().get("idleMinutes"));
            assertEquals("x", answer(smaller, "say x"));
            notices.clear();
            EngineLease chosen = acquire(wanted, 8192, notices);
            assertNotEquals(smaller.pid(), chosen.pid());
            assertEquals("KOINE-E114", notices.getFirst().code()); // as large as chosen, but not for long
            assertEquals(
                    Map.of("idleMinutes", 2, "usualMinutes", 10),
                    notices.getFirst().arguments());
            assertEquals(1, notices.size());
        }

        @Test
        void whatAnEngineTookCorrectsWhatTheNextIsExpectedToTakeAndRefusesNobody() throws Exception {
            Path wanted = large("large.gguf");
            PrivateFolder.ensure(runtime);
            EngineOptions usual = EngineOptions.DEFAULT.withContext(8192).withSlots(GeneratorOptions.USUAL_SLOTS);
            MemoryNeed need = new MemoryNeed(ModelShape.read(wanted));
            MeasuredMemory memories = new MeasuredMemory(runtime);
            memories.remember(wanted, pack, usual.ofMemory(), 1_000 * MIB, 1_050 * MIB);
            available = need.bytes(8192, EngineOptions.F16, GeneratorOptions.USUAL_SLOTS) + (128 + 25) * MIB;
            List<Problem> notices = new ArrayList<>();
            EngineLease smaller = acquire(wanted, 0, notices);
            assertEquals("KOINE-E112", notices.getFirst().code(), "it would fit, had another not taken more");
            smaller.close();
            ended(Duration.ofSeconds(15), smaller.pid());
            notices.clear();
            available = need.bytes(1024, EngineOptions.Q8_0, GeneratorOptions.USUAL_SLOTS) + (128 + 25) * MIB;
            acquire(wanted, 0, notices);
            assertEquals(1024, notices.getFirst().arguments().get("contextTokens"));
        }

        /** What the engine's process was told: malloc's large pages. */
        private boolean hasLargePages(EngineLease lease) throws Exception {
            Path environment = Path.of("/proc", Long.toString(lease.pid()), "environ");
            assumeTrue(Files.isReadable(environment), "this system does not show the environment of a process");
            return Files.readString(environment, StandardCharsets.ISO_8859_1).contains("glibc.malloc.hugetlb=1");
        }

        private EngineLease withOptions(Path wanted, EngineOptions options) throws Problem {
            EngineLease lease = broker.acquire(new EngineSpec(wanted, pack, options), fraction -> {});
            leases.add(lease);
            engines.add(lease.pid());
            return lease;
        }

        private void endOf(EngineLease lease) throws Exception {
            lease.close();
            ended(Duration.ofSeconds(15), lease.pid());
        }

        @Test
        void whatWasMeasuredToBeQuickerIsUsedWhereThereIsRoomAndMoreThanOneAnswerIsWanted() throws Exception {
            Path wanted = large("large.gguf");
            PrivateFolder.ensure(runtime);
            EngineOptions usual = EngineOptions.DEFAULT;
            available = 20_000 * MIB;
            EngineLease before = withOptions(wanted, usual);
            assertFalse(hasLargePages(before), "nothing was measured");
            endOf(before);
            Trial quicker = Trial.measured(Trial.Kind.LARGE_PAGES, null, new PairedRatio(1.1, 1.05, 1.15, 15), true);
            new MeasuredSpeed(runtime)
                    .remember(wanted, pack, 0, null, new MeasuredSpeed.Found(1, 10, 11, List.of(quicker)));
            EngineLease quick = withOptions(wanted, usual);
            assertTrue(hasLargePages(quick));
            assertEquals(quick.pid(), withOptions(wanted, usual.withBrief(true)).pid(), "what is there is good enough");
            EngineLease without = withOptions(wanted, usual.withSpeedup(Speedup.NONE));
            assertNotEquals(quick.pid(), without.pid(), "to compare the two, there must be two");
            assertFalse(hasLargePages(without));
            leases.forEach(EngineLease::close);
            ended(Duration.ofSeconds(15), quick.pid());
            EngineLease brief = withOptions(wanted, usual.withBrief(true));
            assertFalse(hasLargePages(brief), "one answer is over before a longer load pays");
            endOf(brief);
            MemoryNeed need = new MemoryNeed(ModelShape.read(wanted));
            available = need.bytes(8192, EngineOptions.F16, GeneratorOptions.USUAL_SLOTS) + 600 * MIB;
            EngineLease tight = withOptions(wanted, usual);
            assertFalse(hasLargePages(tight), "what is mapped, a computer that is short of memory can take back");
            EngineLease asked = withOptions(wanted, usual.withSpeedup(new Speedup(Weights.LARGE_PAGES, null)));
            assertTrue(hasLargePages(asked), "who asks for it has it");
        }

        /** What was measured yesterday must not leave anybody without an engine today. */
        @ParameterizedTest
        @ValueSource(strings = {"exit", "break", "OUT_OF_MEMORY"})
        void whatWasMeasuredAndDoesNotStartAnyMoreIsForgottenAndTheEngineStartsWithoutIt(String script)
                throws Exception {
            Path wanted = large("large.gguf");
            Path draft = Files.writeString(folder.resolve("draft.gguf"), script);
            PrivateFolder.ensure(runtime);
            available = 20_000 * MIB;
            Trial quicker =
                    Trial.measured(Trial.Kind.DRAFT, draft.toString(), new PairedRatio(1.5, 1.4, 1.6, 15), true);
            MeasuredSpeed speeds = new MeasuredSpeed(runtime);
            speeds.remember(wanted, pack, 0, null, new MeasuredSpeed.Found(1, 10, 15, List.of(quicker)));
            List<Problem> notices = new ArrayList<>();
            EngineLease lease = acquire(wanted, 0, notices);
            assertEquals("x", answer(lease, "say x"));
            assertEquals(
                    List.of("KOINE-G110"), notices.stream().map(Problem::code).toList());
            assertNull(speeds.of(wanted, pack, 0, null));
            Speedup asked = Speedup.NONE.withDraft(draft);
            assertThrows(
                    Problem.class,
                    () -> withOptions(wanted, EngineOptions.DEFAULT.withSpeedup(asked)),
                    "who asks for it hears that it does not start");
        }

        /** It would be one of the two that are compared. */
        @Test
        void nobodyLeavesForAnEngineThatIsOnlyToBeCompared() throws Exception {
            EngineLease idle = acquire(large("idle.gguf"), 0, new ArrayList<>());
            available = 1_000 * MIB;
            gone = idle.pid(); // its end would make room
            EngineOptions compared = EngineOptions.DEFAULT.withContext(2048).withSpeedup(Speedup.NONE);
            EngineLease other = withOptions(large("other.gguf"), compared);
            assertTrue(idle.alive());
            assertEquals("x", answer(idle, "say x"));
            assertEquals("x", answer(other, "say x"));
        }

        @Test
        void whatNeverStartsIsNoReasonToForgetWhatWasMeasured() throws Exception {
            Path draft = Files.writeString(folder.resolve("draft.gguf"), "fine");
            PrivateFolder.ensure(runtime);
            available = 20_000 * MIB;
            Trial quicker =
                    Trial.measured(Trial.Kind.DRAFT, draft.toString(), new PairedRatio(1.5, 1.4, 1.6, 15), true);
            MeasuredSpeed speeds = new MeasuredSpeed(runtime);
            Path refused = Files.writeString(folder.resolve("refused.gguf"), "OUT_OF_MEMORY");
            speeds.remember(refused, pack, 0, null, new MeasuredSpeed.Found(1, 10, 15, List.of(quicker)));
            assertThrows(Problem.class, () -> withOptions(refused, EngineOptions.DEFAULT));
            assertNotNull(speeds.of(refused, pack, 0, null));
        }

        @Test
        void nothingIsStartedWhereNotEvenTheSmallestFits() throws Exception {
            available = 150 * MIB;
            Path wanted = large("large.gguf");
            Problem problem = assertThrows(Problem.class, () -> acquire(wanted, 0, new ArrayList<>()));
            assertEquals("KOINE-E113", problem.code());
            assertTrue(
                    problem.arguments().get("free") instanceof Double free && free < 0.2,
                    "free: " + problem.arguments());
        }

        @Test
        void theUsualContextAndTheSameNumberAreOneEngine() throws Exception {
            Path wanted = large("large.gguf");
            EngineLease usual = acquire(wanted, 0, new ArrayList<>());
            assertEquals(usual.pid(), acquire(wanted, 8192, new ArrayList<>()).pid());
            assertEquals(
                    usual.pid(), acquire(wanted, 100_000, new ArrayList<>()).pid());
        }
    }

    @Nested
    class ALoadThatIsGivenUp {
        @Test
        void endsAtOnceAndItsEngineToo() throws Exception {
            Files.writeString(model, "hang");
            CountDownLatch loading = new CountDownLatch(1);
            CompletableFuture<Problem> ended = new CompletableFuture<>();
            Thread waiting = Thread.ofPlatform().daemon().start(() -> {
                try {
                    broker.acquire(new EngineSpec(model, pack, 0), fraction -> loading.countDown())
                            .close();
                } catch (Problem e) {
                    ended.complete(e);
                }
            });
            assertTrue(loading.await(60, TimeUnit.SECONDS));
            long engine = brokerFile(brokerFile()).get("pid").getAsLong();
            engines.add(engine);
            waiting.interrupt();
            assertEquals("KOINE-E108", ended.get(500, TimeUnit.MILLISECONDS).code());
            EngineBrokerTest.ended(Duration.ofSeconds(15), engine);
        }
    }

    @Test
    void theEnvironmentBringsNoOtherNativeCodeIntoTheEngine() {
        for (String name : List.of("GGML_BACKEND_PATH", "LLAMA_ARG_MODEL", "LD_PRELOAD", "JAVA_TOOL_OPTIONS")) {
            assertTrue(ChildJava.changesNativeCode(name), name);
        }
        for (String name : List.of("PATH", "GGML_VK_VISIBLE_DEVICES", "CUDA_VISIBLE_DEVICES", "LANG")) {
            assertFalse(ChildJava.changesNativeCode(name), name);
        }
    }

    @Nested
    class AnEngineEnds {
        @Test
        void whenNobodyAskedItForAsLongAsItMayBeIdleAndTheNextQuestionStartsAnother() throws Exception {
            EngineSpec impatient = new EngineSpec(model, pack, EngineOptions.DEFAULT.withIdleSeconds(1));
            EngineLease first = broker.acquire(impatient, fraction -> {});
            leases.add(first);
            engines.add(first.pid());
            assertEquals("x", answer(first, "say x"));
            ended(Duration.ofSeconds(10), first.pid());
            Eventually.within(Duration.ofSeconds(2), "the lease knows", () -> !first.alive());
            EngineLease second = broker.acquire(impatient, fraction -> {});
            leases.add(second);
            engines.add(second.pid());
            assertNotEquals(first.pid(), second.pid());
            assertEquals("y", answer(second, "say y"));
        }

        @Test
        void afterItsLastLeaseAndTakesItsFileWithIt() throws Exception {
            EngineLease first = acquire();
            EngineLease second = acquire();
            Path file = brokerFile();
            first.close();
            second.close();
            ended(Duration.ofSeconds(10), first.pid());
            assertFalse(Files.exists(file));
            assertFalse(second.alive());
        }

        @Test
        void whenItsOnlyHolderIsKilledInMidAnswer() throws Exception {
            Clients.Client holder = client();
            long engine = holder.enginePid();
            engines.add(engine);
            holder.ask("slow");
            holder.process.destroyForcibly();
            ended(Duration.ofSeconds(10), engine);
        }

        @Test
        void whenNobodyComesForItAtAll() throws Exception {
            EngineKey key = EngineKey.of(new EngineSpec(model, pack, 0));
            PrivateFolder.ensure(runtime);
            Process orphan = new EngineLauncher(logs, List.of(), ENGINE)
                    .launch(key, new MemoryBudget.Plan(key.options(), 0, 0), runtime.resolve("engine-orphan.json"));
            engines.add(orphan.pid());
            ended(Duration.ofSeconds(13), orphan.pid());
        }

        @Test
        void byACrashWithoutADumpThatWouldHoldPiecesOfConversations() throws Exception {
            EngineKey key = EngineKey.of(new EngineSpec(model, pack, 0));
            PrivateFolder.ensure(runtime);
            Process crashing = new EngineLauncher(logs, List.of(), ENGINE)
                    .launch(key, new MemoryBudget.Plan(key.options(), 0, 0), runtime.resolve("engine-crash.json"));
            engines.add(crashing.pid());
            signal("SEGV", crashing.pid());
            assertTrue(crashing.waitFor(10, TimeUnit.SECONDS));
            int aborted = 128 + 6;
            assertNotEquals(aborted, crashing.exitValue());
            assertNotEquals(128 + 11, crashing.exitValue());
            assumeTrue(Files.getFileStore(folder).supportsFileAttributeView("posix"), "no POSIX rights");
            try (Stream<Path> files = Files.list(logs)) {
                for (Path log : files.toList()) {
                    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(log)));
                }
            }
        }

        @Test
        void whenItsModelHangsWhileLoadingAndItsHolderIsKilled() throws Exception {
            Files.writeString(model, "hang");
            Clients.Client holder = client();
            Eventually.within(Duration.ofSeconds(20), "the engine is up", () -> {
                try (Stream<Path> files = Files.exists(runtime) ? Files.list(runtime) : Stream.empty()) {
                    return files.anyMatch(file -> file.toString().endsWith(".json"));
                }
            });
            long engine = brokerFile(brokerFile()).get("pid").getAsLong();
            engines.add(engine);
            holder.process.destroyForcibly();
            ended(Duration.ofSeconds(15), engine);
        }

        @Test
        void notByAnInterruptOrAHangUpOfTheTerminalItWasStartedFrom() throws Exception {
            EngineLease lease = acquire();
            signal("INT", lease.pid());
            signal("HUP", lease.pid());
            assertEquals("still here", answer(lease, "say still here"));
        }

        @Test
        void whenItIsAskedToTerminateAndTakesItsFileWithIt() throws Exception {
            EngineLease lease = acquire();
            Path file = brokerFile();
            signal("TERM", lease.pid());
            ended(Duration.ofSeconds(10), lease.pid());
            assertFalse(Files.exists(file));
            Eventually.within(Duration.ofSeconds(1), "the lease knows", () -> !lease.alive());
        }
    }

    @Nested
    class AnEngineKilledInMidAnswer {
        @Test
        void isAProblemOfItsOwnAtOnceWithWhatCameKeptAndTheNextQuestionWorks() throws Exception {
            EngineLease lease = acquire();
            StringBuilder received = new StringBuilder();
            CountDownLatch some = new CountDownLatch(1);
            CompletableFuture<ChatResult> asked = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> {
                try {
                    asked.complete(lease.engine().chat(asking("q", "slow"), text -> {
                        received.append(text);
                        some.countDown();
                    }));
                } catch (Problem e) {
                    asked.completeExceptionally(e);
                }
            });
            assertTrue(some.await(10, TimeUnit.SECONDS));
            signal("KILL", lease.pid());
            ExecutionException failure = assertThrows(ExecutionException.class, () -> asked.get(2, TimeUnit.SECONDS));
            assertEquals("KOINE-E201", code(failure));
            assertTrue(received.toString().startsWith("0 "));
            Eventually.within(Duration.ofSeconds(1), "the lease knows", () -> !lease.alive());
            assertEquals(
                    "KOINE-E209",
                    assertThrows(Problem.class, () -> answer(lease, "say x")).code());
            EngineLease next = acquire();
            assertNotEquals(lease.pid(), next.pid());
            assertEquals("again", answer(next, "say again"));
        }
    }

    @Nested
    class ACancel {
        @ParameterizedTest
        @ValueSource(strings = {"read", "slow"})
        void endsTheRequestWithinHalfASecond(String wish) throws Exception {
            EngineLease lease = acquire();
            CountDownLatch begun = new CountDownLatch(1);
            CompletableFuture<ChatResult> asked = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> {
                try {
                    asked.complete(lease.engine().chat(asking("mine", wish), new ChatListener() {
                        @Override
                        public void onPromptProgress(int processed, int cached, int total) {
                            begun.countDown();
                        }

                        @Override
                        public void onText(String text) {
                            begun.countDown();
                        }
                    }));
                } catch (Problem e) {
                    asked.completeExceptionally(e);
                }
            });
            assertTrue(begun.await(10, TimeUnit.SECONDS));
            lease.engine().cancel("nobody's");
            lease.engine().cancel("mine");
            assertEquals(
                    ChatResult.Finish.CANCELLED,
                    asked.get(500, TimeUnit.MILLISECONDS).finish());
            assertEquals("x", answer(lease, "say x"));
        }

        @Test
        void byInterruptingTheThreadThatAsksEndsItToo() throws Exception {
            EngineLease lease = acquire();
            CountDownLatch begun = new CountDownLatch(1);
            CompletableFuture<ChatResult> asked = new CompletableFuture<>();
            Thread asking = Thread.ofVirtual().start(() -> {
                try {
                    asked.complete(lease.engine().chat(asking("mine", "slow"), text -> begun.countDown()));
                } catch (Problem e) {
                    asked.completeExceptionally(e);
                }
            });
            assertTrue(begun.await(10, TimeUnit.SECONDS));
            asking.interrupt();
            assertEquals(
                    ChatResult.Finish.CANCELLED, asked.get(2, TimeUnit.SECONDS).finish());
            assertEquals("x", answer(lease, "say x"));
        }
    }

    @Nested
    class AProblem {
        @ParameterizedTest
        @CsvSource({
            "MISSING,KOINE-E106",
            "DAMAGED,KOINE-E102",
            "UNSUPPORTED,KOINE-E109",
            "OUT_OF_MEMORY,KOINE-E103",
            "PACK,KOINE-E101",
            "break,KOINE-E110",
            "exit,KOINE-E104"
        })
        void saysWhyTheModelWasNotLoadedAndTheNextTryIsANewOne(String script, String code) throws Exception {
            Files.writeString(model, script);
            FileTime written = Files.getLastModifiedTime(model);
            Problem problem = assertThrows(Problem.class, () -> acquire());
            assertEquals(code, problem.code());
            // same size, same time: for the broker the same engine is asked for again
            Files.writeString(
                    model, "fine".concat(" ".repeat(20)).substring(0, script.length() < 4 ? 4 : script.length()));
            Files.setLastModifiedTime(model, written);
            assertEquals("x", answer(acquire(), "say x"));
        }

        @Test
        void saysWhichModelFileIsNotThereBeforeAnythingIsStarted() {
            model = folder.resolve("gone.gguf");
            Problem problem = assertThrows(Problem.class, () -> acquire());
            assertEquals("KOINE-E106", problem.code());
            assertEquals("gone.gguf", problem.arguments().get("file"));
        }

        @Test
        void saysThatThePackIsNotThere() {
            pack = folder.resolve("no-pack");
            assertEquals(
                    "KOINE-E101", assertThrows(Problem.class, () -> acquire()).code());
        }

        @Test
        void saysThatTheFolderCannotBeUsed() throws Exception {
            Files.writeString(runtime, "a file in its place");
            assertEquals(
                    "KOINE-E107", assertThrows(Problem.class, () -> acquire()).code());
            Files.delete(runtime);
        }

        @Test
        void comesWithTheExitCodeWhenTheProcessCannotStart() {
            broker = new EngineBroker(runtime, logs, List.of("-XX:NoSuchOption"), ENGINE, memory);
            Problem problem = assertThrows(Problem.class, () -> acquire());
            assertEquals("KOINE-E104", problem.code());
            assertEquals(1, problem.arguments().get("exitCode"));
        }

        @Test
        void ofAnOverlongConversationCarriesBothCounts() throws Exception {
            EngineLease lease = acquire();
            Problem problem = assertThrows(Problem.class, () -> answer(lease, "overflow"));
            assertEquals("KOINE-E202", problem.code());
            assertEquals(1000, problem.arguments().get("promptTokens"));
            assertEquals(100, problem.arguments().get("contextTokens"));
            assertEquals(
                    "KOINE-E205",
                    assertThrows(Problem.class, () -> answer(lease, "fail")).code());
        }

        @Test
        void endsAWaitThatIsInterrupted() throws Exception {
            Files.writeString(model, "hang");
            CountDownLatch loading = new CountDownLatch(1);
            CompletableFuture<EngineLease> acquired = new CompletableFuture<>();
            Thread waiting = Thread.ofVirtual().start(() -> {
                try {
                    acquired.complete(acquire(fraction -> loading.countDown()));
                } catch (Problem e) {
                    acquired.completeExceptionally(e);
                }
            });
            assertTrue(loading.await(20, TimeUnit.SECONDS));
            waiting.interrupt();
            ExecutionException failure =
                    assertThrows(ExecutionException.class, () -> acquired.get(2, TimeUnit.SECONDS));
            assertEquals("KOINE-E108", code(failure));
        }
    }

    @Nested
    class ABrokerFile {
        /** Rewrites the file of a running engine, so that the next who comes finds that instead. */
        private EngineLease notUsedWith(String name, JsonElement value) throws Exception {
            EngineLease lease = acquire();
            JsonObject json = brokerFile(brokerFile());
            json.add(name, value);
            Files.writeString(brokerFile(), json.toString());
            EngineLease next = acquire();
            assertEquals("x", answer(next, "say x"));
            assertNotEquals(lease.pid(), next.pid());
            return lease;
        }

        @Test
        void ofTheLivingIsLeftAloneByAnEngineThatEnds() throws Exception {
            EngineLease first = notUsedWith("token", new JsonPrimitive("y".repeat(43)));
            String next = Files.readString(brokerFile());
            first.close();
            ended(Duration.ofSeconds(10), first.pid());
            assertEquals(next, Files.readString(brokerFile()));
        }

        @Test
        void withAWrongTokenIsNotUsed() throws Exception {
            notUsedWith("token", new JsonPrimitive("x".repeat(43)));
        }

        @Test
        void thatLeadsWhereNobodyListensIsNotUsed() throws Exception {
            int port;
            try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                port = closed.getLocalPort();
            }
            notUsedWith("address", new JsonPrimitive("http://127.0.0.1:" + port));
        }

        @Test
        void thatLeadsOffThisComputerIsNotUsed() throws Exception {
            notUsedWith("address", new JsonPrimitive("http://192.0.2.1:80"));
        }

        @Test
        void ofAnotherNetworkIsNotUsed() throws Exception {
            notUsedWith("network", new JsonPrimitive("net:[1]"));
        }

        @Test
        void whoseProcessNumberNowBelongsToAnotherIsNotUsed() throws Exception {
            notUsedWith("startMillis", new JsonPrimitive(1_000_000L));
        }

        @Test
        void ofAKilledEngineIsNotUsed() throws Exception {
            EngineLease killed = acquire();
            signal("KILL", killed.pid());
            ended(Duration.ofSeconds(5), killed.pid());
            assertTrue(Files.exists(brokerFile()));
            assertEquals("x", answer(acquire(), "say x"));
        }

        @Test
        void thatIsNoneIsNotUsed() throws Exception {
            EngineLease lease = acquire();
            Files.writeString(brokerFile(), "{\"pid\":");
            assertNotEquals(lease.pid(), acquire().pid());
        }
    }

    @Nested
    class WithoutALoopbackNetwork {
        @Test
        void aUnixSocketCarriesTheWholeConversation() throws Exception {
            try {
                Process probe = new ProcessBuilder("unshare", "-n", "true").start();
                assumeTrue(probe.waitFor() == 0, "a network namespace is not permitted here");
            } catch (IOException e) {
                assumeTrue(false, "no unshare command");
            }
            Clients.Client client = client("unshare", "-n");
            engines.add(client.enginePid());
            JsonObject file = brokerFile(brokerFile());
            String address = file.get("address").getAsString();
            assertTrue(address.startsWith("unix:/"), address);
            client.ask("say सब ठीक है");
            assertEquals("STOP सब ठीक है", client.line());
            // the socket is a file: who shares the folder shares the engine, whatever network they are in
            EngineLease outside = acquire();
            assertEquals(file.get("pid").getAsLong(), outside.pid());
            assertEquals("x", answer(outside, "say x"));
            client.process.destroyForcibly();
            outside.close();
            ended(Duration.ofSeconds(10), outside.pid());
            assertFalse(Files.exists(Path.of(address.substring("unix:".length()))));
        }
    }
}
