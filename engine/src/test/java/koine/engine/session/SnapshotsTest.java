package koine.engine.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import koine.engine.NativeKit;
import koine.engine.llama.KvType;
import koine.engine.session.Stage.Answer;
import koine.gguf.TinyFamily;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SnapshotsTest {
    private static final String PROMPT = "The harbour master answers what sailors ask. ".repeat(4);
    private static final String MORE = PROMPT + "Sailor: How deep is the water?";
    private static final long PLENTY = 1L << 30;

    /** In the usual run, every so manyth byte of the head: it parts no field of eight bytes from the others. */
    private static final int LISTED_STEP = 7;

    @TempDir
    Path temporary = Path.of("");

    private Path folder = Path.of("");
    private Path model = Path.of("");

    static List<TinyFamily> families() {
        return Journey.families();
    }

    @BeforeEach
    void writeModel() throws IOException {
        folder = temporary.resolve("snapshots");
        model = write(TinyFamily.of("llama"), 1);
    }

    private Path write(TinyFamily family, long seed) throws IOException {
        Path file = temporary.resolve(family.architecture() + seed + ".gguf");
        family.model(NativeKit.templates()).seed(seed).write(file);
        return file;
    }

    private GeneratorOptions options() {
        return Stage.options(model, 1024).withSnapshots(folder, PLENTY);
    }

    /** Asked once, on a computer on which reading takes long. */
    private Stage asked(GeneratorOptions options, String... keys) throws Exception {
        Stage stage = new Stage(options);
        for (String key : keys) {
            stage.ask(key, PROMPT, 2);
        }
        stage.readSlowly();
        return stage;
    }

    private void keep(GeneratorOptions options, String... keys) throws Exception {
        try (Stage stage = asked(options, keys)) {
            stage.rest();
        }
    }

    private int reused(GeneratorOptions options, String key) throws Exception {
        try (Stage stage = new Stage(options)) {
            return stage.ask(key, MORE, 1).cached();
        }
    }

    /** All but the remembered hash of the weights. */
    private List<Path> files() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> !file.endsWith("weights.properties")).toList();
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void anAnswerAfterARestartIsTheOneThatWouldHaveComeWithoutIt(TinyFamily family) throws Exception {
        GeneratorOptions options = Stage.options(write(family, 1), 1024).withSnapshots(folder, PLENTY);
        try (Stage stage = asked(options, "talk")) {
            stage.rest();
            assertEquals(1, files().size());
            Answer uninterrupted = stage.ask("talk", MORE, 8);
            stage.reload();
            Answer restored = stage.ask("talk", MORE, 8);
            assertTrue(restored.cached() > PROMPT.length() - 8, restored.toString());
            assertEquals(uninterrupted.tokens, restored.tokens);
            // with a sliding window, only what is still in it is kept: the last checkpoint is where it goes on
            boolean sameBatches = uninterrupted.cached() == restored.cached();
            assertTrue(sameBatches || family.memory() == TinyFamily.Memory.SLIDING_WINDOW, restored.toString());
            for (int i = 0; i < 8 && sameBatches; i++) {
                assertArrayEquals(uninterrupted.logits.get(i), restored.logits.get(i), "token " + i);
            }
        }
    }

    @Test
    void nothingIsWrittenBeforeThereIsRest() throws Exception {
        try (Stage stage = asked(options(), "talk")) {
            assertEquals(List.of(), files());
            assertTrue(stage.generator().rest(() -> true), "there is something left to do");
            assertEquals(List.of(), files());
            assertFalse(stage.generator().rest(() -> false));
            assertEquals(1, files().size());
        }
    }

    @Test
    void newWorkInTheMiddleOfWritingLeavesNoFileAndItIsWrittenLater() throws Exception {
        int moments = 0;
        boolean interrupted = true;
        while (interrupted) {
            try (Stage stage = asked(options(), "talk")) {
                AtomicInteger left = new AtomicInteger(moments++);
                interrupted = stage.generator().rest(() -> left.getAndDecrement() <= 0);
                assertEquals(interrupted ? 0 : 1, files().size(), "after " + moments + " moments");
                assertFalse(stage.generator().rest(() -> false));
                assertEquals(1, files().size());
            }
            new SnapshotFolder(folder).forget("talk");
            Files.deleteIfExists(folder.resolve("weights.properties"));
        }
        assertTrue(moments > 2, "moments: " + moments);
    }

    @Test
    void nothingIsKeptOfAConversationThatIsNotToBeKept() throws Exception {
        try (Stage stage = new Stage(options())) {
            stage.ask(Stage.request(PROMPT, 2, "temporary", false));
            stage.ask(Stage.request(PROMPT, 2, null, true));
            stage.readSlowly();
            stage.rest();
            assertEquals(List.of(), files());
        }
        assertFalse(Files.exists(folder), "not even a folder");
    }

    @Test
    void whatIsKeptIsNotUsedForARequestThatIsNotToBeKept() throws Exception {
        keep(options(), "talk");
        try (Stage stage = new Stage(options())) {
            assertEquals(0, stage.ask(Stage.request(MORE, 1, "talk", false)).cached());
            assertEquals(0, stage.ask(Stage.request(MORE, 1, null, true)).cached());
        }
    }

    @Test
    void whatIsReadQuicklyAgainIsNeitherKeptNorUsed() throws Exception {
        try (Stage stage = new Stage(options())) {
            readQuickly(stage);
            stage.ask("quick", PROMPT, 2);
            readQuickly(stage);
            stage.rest();
            assertEquals(List.of(), files());
        }
        keep(options(), "talk");
        try (Stage stage = new Stage(options())) {
            readQuickly(stage);
            assertEquals(0, stage.ask("talk", MORE, 1).cached());
        }
        assertTrue(reused(options(), "talk") > 0, "it was there");
    }

    private static void readQuickly(Stage stage) {
        for (int i = 0; i < 64; i++) {
            stage.generator().snapshots().promptRead(1 << 20, 1);
        }
    }

    @Test
    void onlyItsUserCanReadIt() throws Exception {
        keep(options(), "talk");
        assumeTrue(Files.getFileStore(folder).supportsFileAttributeView("posix"), "no rights on this disk");
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            }
        }
    }

    @Test
    void itSaysNothingOfTheConversationInItsName() throws Exception {
        keep(options(), "divorce");
        assertFalse(files().getFirst().toString().contains("divorce"));
    }

    @Test
    void aForgottenConversationIsGone() throws Exception {
        keep(options(), "talk");
        keep(options(), "other"); // greedy: beside it, nothing of the first would stay in memory
        try (Stage stage = new Stage(options())) {
            assertTrue(stage.ask("talk", MORE, 1).cached() > 0);
            stage.generator().forget("talk");
            assertEquals(1, files().size());
            stage.rest();
            assertEquals(1, files().size());
            assertEquals(0, stage.ask("talk", MORE, 1).cached());
        }
        assertTrue(reused(options(), "other") > 0, "the other one is still there");
    }

    @Test
    void aConversationForgottenWhileItIsAnsweredIsGoneAfterwards() throws Exception {
        try (Stage stage = new Stage(options())) {
            Answer answer = stage.new Answer();
            stage.generator().begin(Stage.request(PROMPT, 8, "talk", true), Chat.NEVER, answer);
            while (answer.tokens.size() < 2) {
                assertTrue(stage.generator().step());
            }
            stage.generator().forget("talk");
            while (stage.generator().step()) {
                // to its end
            }
            assertEquals(8, answer.tokens.size());
            stage.readSlowly();
            stage.rest();
            assertEquals(List.of(), files());
            assertEquals(0, stage.ask("talk", MORE, 1).cached());
        }
    }

    @Test
    void theOldestGoFirstWhenThereIsNoRoom() throws Exception {
        keep(options(), "one");
        long size = Files.size(files().getFirst());
        GeneratorOptions small = Stage.options(model, 1024).withSnapshots(folder, 3 * size);
        long hours = 9;
        for (String key : List.of("one", "two", "three", "four")) {
            for (Path file : files()) {
                FileTime time = Files.getLastModifiedTime(file);
                Files.setLastModifiedTime(file, FileTime.fromMillis(time.toMillis() - TimeUnit.HOURS.toMillis(hours)));
            }
            keep(small, key);
            assertTrue(total() <= 3 * size, "bytes: " + total());
        }
        assertEquals(3, files().size());
        assertEquals(0, reused(small, "one"));
        assertTrue(reused(small, "two") > 0 && reused(small, "four") > 0, "the younger ones stay");
    }

    private long total() throws IOException {
        long bytes = 0;
        for (Path file : files()) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    @Test
    void anotherModelContextOrCacheTypeNeverGetsItWhateverTheFileIsNamed() throws Exception {
        keep(options(), "talk");
        Path mine = files().getFirst();
        byte[] content = Files.readAllBytes(mine);
        Path other = write(TinyFamily.of("llama"), 2);
        for (GeneratorOptions foreign : List.of(
                options().withKvType(KvType.Q8_0),
                options().withSlots(2),
                Stage.options(model, 512).withSnapshots(folder, PLENTY),
                Stage.options(other, 1024).withSnapshots(folder, PLENTY))) {
            assertEquals(0, reused(foreign, "talk"), foreign.toString());
            keep(foreign, "talk");
            Path own = files().stream()
                    .filter(file -> !file.equals(mine))
                    .findFirst()
                    .orElseThrow();
            assertTrue(reused(foreign, "talk") > 0, "it has its own: " + foreign);
            Files.write(own, content);
            assertEquals(0, reused(foreign, "talk"), foreign.toString());
            Files.deleteIfExists(own);
        }
        keep(options(), "other");
        Path others =
                files().stream().filter(file -> !file.equals(mine)).findFirst().orElseThrow();
        Files.write(others, content);
        assertEquals(0, reused(options(), "other"), "a snapshot of another conversation");
        assertTrue(reused(options(), "talk") > 0, "and all this time it was there");
    }

    @Test
    void aDamagedFileIsNeverUsed() throws Exception {
        long seed = 4;
        Random random = new Random(seed);
        GeneratorOptions one = options().withSlots(1);
        keep(one, "talk");
        Path file = files().getFirst();
        byte[] whole = Files.readAllBytes(file);
        Recorder recorder;
        try (Stage stage = new Stage(one)) {
            recorder = stage.recorder;
            float[] cold = stage.ask(null, MORE, 1).logits.getFirst();
            List<byte[]> damages = damages(whole, random);
            for (int i = 0; i < damages.size(); i++) {
                Files.write(file, damages.get(i));
                stage.readSlowly();
                Answer answer = stage.ask("talk", MORE, 1);
                assertEquals(0, answer.cached(), "seed " + seed + ", damage " + i);
                assertArrayEquals(cold, answer.logits.getFirst(), "seed " + seed + ", damage " + i);
                stage.ask(null, "x", 1); // takes the only slot
            }
            Files.write(file, whole);
            stage.readSlowly();
            assertTrue(stage.ask("talk", MORE, 1).cached() > 0, "undamaged, it is used");
        }
        assertEquals(0, recorder.openStates(), "states that nobody closed");
    }

    /** A bit of each byte of the head and of what follows it; bits anywhere; then cut off, or longer than it was. */
    private static List<byte[]> damages(byte[] whole, Random random) {
        int tail = whole.length - 3 * Long.BYTES;
        int head = Math.toIntExact(ByteBuffer.wrap(whole).getLong(tail + Long.BYTES));
        assertTrue(head > 0 && head < tail, "the head begins at " + head + " of " + whole.length);
        List<byte[]> damages = new ArrayList<>();
        IntStream listed = IntStream.range(head, tail).filter(at -> Journey.LONG || (at - head) % LISTED_STEP == 0);
        IntStream.concat(listed, IntStream.range(tail, whole.length))
                .forEach(at -> damages.add(flipped(whole, at, random)));
        for (int i = 0; i < (Journey.LONG ? 250 : 30); i++) {
            damages.add(flipped(whole, random.nextInt(whole.length), random));
        }
        for (int i = 0; i < (Journey.LONG ? 40 : 8); i++) {
            damages.add(Arrays.copyOf(whole, random.nextInt(whole.length)));
            damages.add(Arrays.copyOf(whole, whole.length + 1 + random.nextInt(100)));
        }
        return damages;
    }

    private static byte[] flipped(byte[] whole, int at, Random random) {
        byte[] damaged = whole.clone();
        damaged[at] ^= (byte) (1 << random.nextInt(8));
        return damaged;
    }

    @Test
    void aFullDiskCostsNoAnswer() throws Exception {
        Path disk = Files.createDirectory(temporary.resolve("disk"));
        assumeTrue(succeeds("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk.toString()), "no right to mount");
        try {
            folder = disk.resolve("snapshots");
            for (boolean full : new boolean[] {false, true}) {
                if (full) {
                    fill(disk.resolve("filler"));
                }
                try (Stage stage = asked(options().withLeftFree(-PLENTY), "talk")) {
                    stage.rest();
                    assertTrue(
                            stage.recorder.results.stream().anyMatch(result -> result.startsWith("F 0 ")),
                            "llama.cpp did not meet the end of the disk: " + stage.recorder.results);
                    assertEquals(List.of(), files());
                    assertEquals(4, stage.ask("talk", MORE, 4).tokens.size());
                }
            }
        } finally {
            assertTrue(succeeds("umount", disk.toString()), "umount");
        }
    }

    @Test
    void aFolderThatIsGoneFromUnderItCostsNoAnswer() throws Exception {
        FileSystem archive = FileSystems.newFileSystem(temporary.resolve("disk.zip"), Map.of("create", "true"));
        folder = archive.getPath("/snapshots");
        archive.close(); // from now on it throws what is no IOException
        try (Stage stage = asked(options(), "talk")) {
            stage.rest();
            assertEquals(4, stage.ask("talk", MORE, 4).tokens.size());
        }
    }

    @Test
    void whatKilledEnginesLeftIsDeletedAndWhatIsBeingWrittenIsNot() throws Exception {
        Files.createDirectories(folder);
        FileTime old = FileTime.from(Instant.now().minus(Duration.ofMinutes(11)));
        for (String name : List.of("a.kv1.part", "weights.properties2.part", "b.kv")) {
            Files.setLastModifiedTime(Files.createFile(folder.resolve(name)), old);
        }
        Path young = Files.createFile(folder.resolve("c.kv3.part"));
        new SnapshotFolder(folder).create();
        assertEquals(
                List.of(folder.resolve("b.kv"), young),
                files().stream().sorted().toList());
    }

    private static void fill(Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            while (true) {
                out.write(new byte[1 << 10]);
            }
        } catch (IOException e) {
            assertTrue(Files.size(file) > 0, e.toString());
        }
    }

    private static boolean succeeds(String... command) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
