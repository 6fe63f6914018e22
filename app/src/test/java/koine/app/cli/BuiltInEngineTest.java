package koine.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import koine.engine.packs.PackManifest;
import koine.engine.packs.PackStore;
import koine.engine.packs.Platform;
import koine.gguf.TinyModel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The program as its user runs it, where no engine pack can be used: it answers, with the older engine, and says so. */
@Timeout(300)
class BuiltInEngineTest {
    private static final String QUESTION = "What is the capital of France? Answer in one sentence.";
    private static final String ANSWER = "The capital of France is Paris.";
    private static final String BUILT_IN = "jllama-4.2.0";

    @TempDir
    Path folder;

    private final Path bundle = Path.of(System.getProperty("koine.bundle"));
    private Path home = Path.of("");
    private Path bundled = Path.of("");

    /** What is wrong with the packs. */
    enum Packs {
        NONE,
        EMPTY,
        /** Libraries that are none. */
        DAMAGED,
        /** Libraries that end in the middle, as after a full disk: the process that loads them may die. */
        CUT
    }

    @BeforeEach
    void profile() throws IOException {
        PackStore packs = new PackStore(
                PackManifest.builtIn(), Platform.of(System.getProperties()), bundle.resolve("packs"), folder);
        assumeTrue(packs.builtIn().isPresent(), "there is no older engine for this platform");
        assumeTrue(!packs.installed().isEmpty(), "no native pack in the bundle folder");
        home = Files.createDirectory(folder.resolve("my profile ملفي"));
        bundled = Files.createDirectory(folder.resolve("bundle"));
        Files.createSymbolicLink(
                bundled.resolve("models"), bundle.resolve("models").toAbsolutePath());
    }

    /** The test's folder is deleted, and what a link leads to should not be. */
    @AfterEach
    void unlink() throws IOException {
        Files.deleteIfExists(bundled.resolve("models"));
    }

    private void install(Packs packs) throws IOException {
        if (packs == Packs.NONE) {
            return;
        }
        List<Path> real;
        try (Stream<Path> all = Files.list(bundle.resolve("packs"))) {
            real = all.toList();
        }
        for (Path pack : real) {
            Path copy = Files.createDirectories(bundled.resolve("packs").resolve(pack.getFileName()));
            try (Stream<Path> files = Files.list(pack)) {
                for (Path file : packs == Packs.EMPTY ? List.<Path>of() : files.toList()) {
                    byte[] bytes = Files.readAllBytes(file);
                    Files.write(
                            copy.resolve(file.getFileName()),
                            packs == Packs.CUT
                                    ? Arrays.copyOf(bytes, bytes.length / 2)
                                    : "no library".getBytes(StandardCharsets.UTF_8));
                }
            }
        }
    }

    private record Run(String out, String err, int code) {
        private List<JsonObject> events(String type) {
            return out.lines()
                    .map(line -> JsonParser.parseString(line).getAsJsonObject())
                    .filter(event -> event.get("type").getAsString().equals(type))
                    .toList();
        }

        String answer() {
            StringBuilder text = new StringBuilder();
            events("delta").forEach(event -> text.append(event.get("text").getAsString()));
            return text.toString();
        }

        List<String> notices() {
            return events("notice").stream()
                    .map(event -> event.get("code").getAsString())
                    .toList();
        }
    }

    private Run run(String... arguments) throws Exception {
        return run("", arguments);
    }

    /** To its end, and to the end of its engine, which ends by itself though the library has a thread that never does. */
    private Run run(String javaOptions, String[] arguments) throws Exception {
        Map<String, String> environment = Map.of("LC_ALL", "C.UTF-8", "JAVA_TOOL_OPTIONS", javaOptions);
        try (KoineProcess koine = new KoineProcess(home, bundled, environment, arguments)) {
            String out = koine.out();
            String err = koine.err();
            int code = koine.exitCode();
            if (Files.isDirectory(home.resolve("engine"))) {
                for (ProcessHandle engine : KoineProcess.engines(home)) {
                    engine.onExit().orTimeout(20, TimeUnit.SECONDS).join();
                }
            }
            return new Run(out, err, code);
        }
    }

    private static Set<String> temporary() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return new TreeSet<>(files.map(file -> file.getFileName().toString())
                    .filter(name -> name.contains("jllama"))
                    .toList());
        }
    }

    @ParameterizedTest
    @EnumSource(Packs.class)
    void it_answers_with_the_older_engine_and_says_so(Packs packs) throws Exception {
        install(packs);
        // the library would delete what others have there under names like its own
        Path stranger = Files.createTempFile("jllama", ".another-program");
        Set<String> before = temporary();
        Run ask = run("ask", "--json", "--temperature", "0", QUESTION);
        assertEquals(0, ask.code(), ask.err());
        assertEquals(ANSWER, ask.answer().strip());
        assertEquals(List.of("KOINE-G109"), ask.notices());
        assertEquals(before, temporary());
        Files.delete(stranger);
        try (Stream<Path> unpacked = Files.list(home.resolve("packs").resolve(BUILT_IN))) {
            assertEquals(
                    Set.of("empty", System.mapLibraryName("jllama")),
                    new TreeSet<>(
                            unpacked.map(file -> file.getFileName().toString()).toList()));
        }

        JsonObject report =
                JsonParser.parseString(run("doctor", "--json").out()).getAsJsonObject();
        assertEquals("builtIn", report.getAsJsonObject("computes").get("why").getAsString());
        assertEquals(BUILT_IN, report.getAsJsonObject("pack").get("id").getAsString());
        logsSayNothingPrivate();
    }

    @Test
    void in_plain_words_it_is_said_once() throws Exception {
        Run words = run("ask", "--temperature", "0", QUESTION);
        assertEquals(ANSWER, words.out().strip());
        assertEquals(1, words.err().split("KOINE-G109", -1).length - 1, words.err());
        assertTrue(words.err().contains("older engine"), words.err());
        assertTrue(run("doctor").out().contains("older engine"));
    }

    /** As its virtual machine finds it. */
    private Run runOnAnOldProcessor(String... arguments) throws Exception {
        return run("-XX:UseAVX=1", arguments);
    }

    @ParameterizedTest
    @EnumSource(Packs.class)
    void on_a_processor_that_is_too_old_for_it_it_is_refused_beforehand(Packs packs) throws Exception {
        assumeTrue(Platform.of(System.getProperties()).endsWith("-x64"), "the flag is one of x64");
        install(packs);
        Run ask = runOnAnOldProcessor("ask", "--temperature", "0", QUESTION);
        assertEquals(5, ask.code(), ask.err());
        assertTrue(ask.err().contains(packs == Packs.NONE ? "KOINE-E120" : "KOINE-E101"), ask.err());
        assertFalse(Files.exists(home.resolve("packs").resolve(BUILT_IN)), "it has not been unpacked");

        JsonObject report = JsonParser.parseString(
                        runOnAnOldProcessor("doctor", "--json").out())
                .getAsJsonObject();
        assertEquals("tooOld", report.getAsJsonObject("computes").get("why").getAsString());
        String doctor = runOnAnOldProcessor("doctor").out();
        assertTrue(doctor.contains("it lacks AVX2"), doctor);
    }

    /** The library itself would log where the model lies, and print where it lies itself. */
    private void logsSayNothingPrivate() throws IOException {
        List<Path> logs = new ArrayList<>();
        try (Stream<Path> all = Files.walk(home)) {
            all.filter(file -> file.toString().endsWith(".log")).forEach(logs::add);
        }
        assertFalse(logs.isEmpty());
        for (Path log : logs) {
            String text = Files.readString(log);
            for (String secret : List.of("France", "Paris", "my profile", "SmolLM2", BUILT_IN)) {
                assertFalse(text.contains(secret), log.getFileName() + ": " + text);
            }
        }
    }

    @Test
    void a_kind_of_model_that_it_does_not_know_is_said_to_be_that() throws Exception {
        Path model = folder.resolve("of today.gguf");
        TinyModel.of("qwen3")
                .bytes("{{ messages[0].content }}", List.of("<end>"))
                .context(512)
                .write(model);
        Run ask = run("ask", "--model", model.toString(), "Hello");
        assertEquals(5, ask.code());
        assertTrue(ask.err().contains("KOINE-E119") && ask.err().contains("of today"), ask.err());
    }

    @Test
    void its_speed_can_be_measured_too() throws Exception {
        Run bench = run("bench", "--prompt", "16", "--generate", "4", "--repeat", "1", "--json");
        assertEquals(0, bench.code(), bench.err());
        JsonObject report = JsonParser.parseString(bench.out()).getAsJsonObject();
        assertEquals(BUILT_IN, report.get("pack").getAsString());
        assertTrue(report.get("generationTokensPerSecond").getAsDouble() > 0);
    }
}
