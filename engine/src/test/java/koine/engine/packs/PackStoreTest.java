package koine.engine.packs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackStoreTest {
    private static final String LIBRARY = "package/bins/linux-x64/deep/libllama.v9.so";
    private static final Map<String, String> CPU = new TreeMap<>(Map.of(
            "package/LICENSE",
            "MIT",
            "package/package.json",
            "{}",
            "package/bins/linux-x64/libggml-base.so",
            "base ".repeat(400),
            LIBRARY,
            "x",
            "package/bins/linux-x64/llama-addon.node",
            "node"));

    @TempDir
    Path temp;

    private final Properties pins = new Properties();
    private Path own;
    private Path bundled;
    private Path archives;

    @BeforeEach
    void packs() throws Exception {
        own = temp.resolve("my home ملف/packs");
        bundled = temp.resolve("bundle/packs");
        archives = Files.createDirectories(temp.resolve("archives"));
        pin("linux-x64", "linux-x64", "cpu", CPU);
        pin("linux-x64-vulkan", "linux-x64", "vulkan", Map.of("package/bins/v/libggml-vulkan.so", "vulkan"));
        pins.setProperty("linux-x64-vulkan.needs", "libvulkan.so.1");
        pin("win-x64", "win-x64", "cpu", Map.of("package/bins/w/llama.dll", "windows"));
    }

    /** Writes an archive under the name npm gives it, and pins it. */
    private void pin(String id, String platform, String backend, Map<String, String> files) throws Exception {
        byte[] archive = tgz(files);
        Path file = archives.resolve("packs-" + id + "-1.0.0.tgz");
        Files.write(file, archive);
        pins.setProperty(id + ".platform", platform);
        pins.setProperty(id + ".backend", backend);
        pins.setProperty(id + ".package", "@packs/" + id);
        pins.setProperty(id + ".version", "1.0.0");
        pins.setProperty(id + ".release", "v9");
        pins.setProperty(id + ".bytes", String.valueOf(archive.length));
        pins.setProperty(id + ".sha512", PackFiles.sha512(file));
        Path unpacked = Files.createTempDirectory(temp, "unpacked");
        PackFiles.unpack(file, unpacked);
        pins.setProperty(id + ".filesSha256", PackFiles.hash(unpacked));
        pins.setProperty(id + ".libraries", "libggml-base.so");
        pins.setProperty(id + ".needs", "");
        pins.setProperty("v9.architectures", "llama gemma3");
    }

    private PackStore store() {
        return new PackStore(PackManifest.of(pins), "linux-x64", bundled, own);
    }

    private Path archive(String id) {
        return archives.resolve("packs-" + id + "-1.0.0.tgz");
    }

    @Test
    void anArchiveBecomesAFolderOfItsLibrariesWhateverItsName() throws Exception {
        Path renamed = Files.copy(archive("linux-x64"), temp.resolve("from a stick"));
        InstalledPack added = store().add(renamed);

        assertEquals(own.resolve("linux-x64-1.0.0"), added.folder());
        assertFalse(added.bundled());
        assertEquals(List.of("LICENSE", "libggml-base.so", "libllama.v9.so"), names(added.folder()));
        assertEquals("base ".repeat(400), Files.readString(added.folder().resolve("libggml-base.so")));
        assertEquals(List.of("linux-x64-1.0.0"), names(own), "and nothing else is left");
        assertTrue(PackStore.isWhole(added));
        assertEquals(List.of(added), store().installed());
        assertEquals(added, store().addFrom(archives, "linux-x64"), "a second time is no harm");
        if (Files.getFileStore(own).supportsFileAttributeView("posix")) {
            assertEquals(
                    PosixFilePermissions.fromString("rwx------"),
                    Files.getPosixFilePermissions(own.getParent()),
                    "the profile it made is its user's alone");
        }
    }

    @Test
    void whatIsNotPinnedStaysOutside() throws Exception {
        byte[] bytes = Files.readAllBytes(archive("linux-x64"));
        bytes[bytes.length - 10] ^= 1;
        Path changed = Files.write(temp.resolve("changed.tgz"), bytes);
        Path other = Files.write(temp.resolve("other.tgz"), tgz(Map.of("package/bins/x/libllama.so", "evil")));
        refused("KOINE-P101", () -> store().add(changed));
        refused("KOINE-P101", () -> store().add(other));
        refused("KOINE-P106", () -> store().add(temp.resolve("nothing.tgz")));
        refused("KOINE-P102", () -> store().add(archive("win-x64")));
        refused("KOINE-P103", () -> store().addFrom(archives, "win-x64"));
        refused("KOINE-P103", () -> store().addFrom(archives, "../linux-x64"));
        assertFalse(Files.exists(own));
    }

    @Test
    void whoAsksForAMissingOneIsToldWhatToFetch() throws Exception {
        Files.delete(archive("linux-x64-vulkan"));
        Problem problem = refused("KOINE-P104", () -> store().addFrom(archives, "linux-x64-vulkan"));
        assertEquals("packs-linux-x64-vulkan-1.0.0.tgz", problem.arguments().get("archive"));
        assertEquals(
                "npm pack @packs/linux-x64-vulkan@1.0.0", problem.arguments().get("command"));
    }

    @Test
    void aFolderGivesEveryPackThatFitsThisComputer() throws Exception {
        List<String> added = new ArrayList<>();
        store().addAll(archives, one -> added.add(one.pack().id()));
        assertEquals(List.of("linux-x64", "linux-x64-vulkan"), added);
        Path empty = Files.createDirectory(temp.resolve("empty"));
        refused("KOINE-P101", () -> store().addAll(empty, one -> added.add("?")));
    }

    @Test
    void anArchiveThatDoesNotHoldWhatItShouldLeavesNothingBehind() throws Exception {
        pins.setProperty("linux-x64.filesSha256", "0".repeat(64));
        refused("KOINE-P107", () -> store().add(archive("linux-x64")));
        assertEquals(List.of(), names(own));
        assertEquals(List.of(), store().installed());
    }

    @Test
    void aPlaceThatCannotBeWrittenIsAProblem() throws Exception {
        Files.createDirectories(own.getParent());
        Files.writeString(own, "a file where the folder should be");
        refused("KOINE-P107", () -> store().add(archive("linux-x64")));
    }

    @Test
    void aDamagedPackIsReplacedByAWholeOne() throws Exception {
        InstalledPack added = store().add(archive("linux-x64"));
        Path library = added.folder().resolve("libllama.v9.so");
        Files.writeString(library, "y");
        assertFalse(PackStore.isWhole(added));
        Files.delete(added.folder().resolve("LICENSE"));
        assertTrue(PackStore.isWhole(store().add(archive("linux-x64"))));
        assertEquals("x", Files.readString(library));
        assertEquals(List.of("linux-x64-1.0.0"), names(own));
    }

    @Test
    void severalWhoAddTheSameEndWithOne() throws Exception {
        PackStore store = store();
        try (ExecutorService people = Executors.newFixedThreadPool(4)) {
            List<Callable<InstalledPack>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                all.add(() -> store.add(archive("linux-x64")));
            }
            for (Future<InstalledPack> one : people.invokeAll(all)) {
                assertTrue(PackStore.isWhole(one.get()));
            }
        }
        assertEquals(List.of("linux-x64-1.0.0"), names(own));
    }

    @Test
    void whatAKilledProgramLeftAndWhatAnEarlierKoineHadGoesWithTheNextOne() throws Exception {
        Path left = Files.createDirectories(own.resolve(".passing-left/deep"));
        Files.writeString(left.resolve("libhalf.so"), "half");
        Files.writeString(own.resolve(".passing-file"), "a file");
        Files.createDirectory(own.resolve("linux-x64-0.9"));
        Files.createDirectory(own.resolve("linux-x64-vulkan-0.9"));
        store().add(archive("linux-x64"));
        assertEquals(List.of("linux-x64-1.0.0", "linux-x64-vulkan-0.9"), names(own));
        store().remove("linux-x64-vulkan");
        assertEquals(List.of("linux-x64-1.0.0"), names(own));
    }

    @Test
    void whatALinkLeadsToIsNotOursToDelete() throws Exception {
        InstalledPack added = store().add(archive("linux-x64"));
        Path elsewhere = Files.move(added.folder(), temp.resolve("another disk"));
        Files.createSymbolicLink(added.folder(), elsewhere);
        assertTrue(PackStore.isWhole(store().find(added.pack()).orElseThrow()));
        store().remove("linux-x64");
        assertEquals(List.of(), names(own));
        assertEquals(3, names(elsewhere).size());
    }

    @Test
    void onlyWhatTheUserAddedIsRemoved() throws Exception {
        refused("KOINE-P108", () -> store().remove("linux-x64"));
        refused("KOINE-P103", () -> store().remove("win-x64"));
        store().add(archive("linux-x64"));
        store().remove("linux-x64");
        assertEquals(List.of(), names(own));

        Path place = Files.createDirectories(bundled.resolve("linux-x64-1.0.0"));
        refused("KOINE-P105", () -> store().remove("linux-x64"));
        PackFiles.unpack(archive("linux-x64"), place);
        assertTrue(store().add(archive("linux-x64")).bundled(), "what came with the program is not unpacked twice");
        Files.delete(place.resolve("LICENSE"));
        assertFalse(store().add(archive("linux-x64")).bundled(), "unless it is damaged");
        assertEquals(own.resolve("linux-x64-1.0.0"), store().plain());
        store().remove("linux-x64");
        assertEquals(place, store().plain());
    }

    @Test
    void thePackThatComesWithTheProgramIsWhatTheManifestPins() {
        PackStore real = new PackStore(
                PackManifest.builtIn(),
                Platform.of(System.getProperties()),
                Path.of(System.getProperty("koine.bundle"), "packs"),
                own);
        assertEquals(1, real.installed().size());
        assertTrue(real.installed().getFirst().bundled());
        assertTrue(PackStore.isWhole(real.installed().getFirst()));
    }

    @Test
    void withoutKnowledgeOfTheGraphicsThePackForTheProcessorIsTaken() throws Exception {
        refused("KOINE-A110", () -> store().plain());
        store().add(archive("linux-x64-vulkan"));
        refused("KOINE-A110", () -> store().plain());
        store().add(archive("linux-x64"));
        assertEquals("linux-x64-1.0.0", String.valueOf(store().plain().getFileName()));
        refused("KOINE-A110", () -> new PackStore(PackManifest.of(pins), "beos-x64", null, own).plain());
    }

    @Test
    void withoutAPackTheEngineThatComesWithTheProgramIsTakenWhereThereIsOne() throws Exception {
        assertEquals(own.resolve("jllama-4.2.0"), store().usual());
        assertEquals(Optional.of(own.resolve("jllama-4.2.0")), store().builtIn());
        store().add(archive("linux-x64"));
        assertEquals(store().plain(), store().usual());
        PackStore other = new PackStore(PackManifest.of(pins), "win-arm64", null, own);
        refused("KOINE-A110", other::usual);
        assertEquals(Optional.empty(), other.builtIn());
    }

    /** The flags of a virtual machine as they come out on processors of several years, or on another virtual machine. */
    @ParameterizedTest
    @CsvSource({
        "linux-x64, 3, true, true, ''",
        "linux-x64, 2, true, true, ''",
        "linux-x64, 1, false, false, 'AVX2, FMA, BMI2'",
        "win-x64, 2, false, true, FMA",
        "mac-x64, 1, true, true, AVX2",
        "linux-x64, 2, true, false, BMI2",
        "linux-x64, , , , ''",
        "linux-arm64, , false, , ''",
        "win-arm64, 0, false, false, ''"
    })
    void aProcessorThatLacksWhatTheOlderEngineUsesIsNotOfferedIt(
            String platform, @Nullable String avx, @Nullable String fma, @Nullable String bmi2, String lacking)
            throws Exception {
        PackStore store = new PackStore(
                PackManifest.of(pins),
                platform,
                bundled,
                own,
                flag -> Optional.ofNullable(
                        switch (flag) {
                            case "UseAVX" -> avx;
                            case "UseFMA" -> fma;
                            case "UseBMI2Instructions" -> bmi2;
                            default -> null;
                        }));
        assertEquals(lacking, String.join(", ", store.lackingForBuiltIn()));
        if (lacking.isEmpty()) {
            assertEquals(!platform.equals("win-arm64"), store.builtIn().isPresent());
        } else {
            assertEquals(Optional.empty(), store.builtIn());
            assertEquals(
                    lacking, refused("KOINE-E120", store::usual).arguments().get("lacking"));
        }
    }

    /** A flag that a newer virtual machine does not have any more would let every processor through. */
    @Test
    void thisVirtualMachineTellsOfItsProcessor() {
        assertEquals(
                Platform.of(System.getProperties()).endsWith("-x64"),
                BuiltInEngine.flag("UseAVX")
                        .filter(level -> level.matches("[0-3]"))
                        .isPresent());
        assertEquals(
                Platform.of(System.getProperties()).endsWith("-x64"),
                BuiltInEngine.flag("UseBMI2Instructions").isPresent());
        assertTrue(BuiltInEngine.flag("UseFMA").orElseThrow().matches("true|false"));
        assertEquals(Optional.empty(), BuiltInEngine.flag("UseNothing"));
    }

    @Test
    void itsFolderHasItsVersionAndItsPlatformsAreThoseOfTheJar() throws Exception {
        Properties pom = new Properties();
        try (InputStream in =
                PackStoreTest.class.getResourceAsStream("/META-INF/maven/de.kherud/llama/pom.properties")) {
            pom.load(in);
        }
        assertTrue(BuiltInEngine.isIn(Path.of("somewhere", "jllama-" + pom.getProperty("version"))));
        Map<String, String> folders = Map.of(
                "linux-x64", "Linux/x86_64/libjllama.so",
                "linux-arm64", "Linux/aarch64/libjllama.so",
                "linux-riscv64", "Linux/riscv64/libjllama.so",
                "mac-x64", "Mac/x86_64/libjllama.dylib",
                "mac-arm64", "Mac/aarch64/libjllama.dylib",
                "win-x64", "Windows/x86_64/jllama.dll",
                "win-arm64", "Windows/aarch64/jllama.dll");
        folders.forEach((platform, file) -> assertEquals(
                PackStoreTest.class.getResource("/de/kherud/llama/" + file) != null,
                BuiltInEngine.isFor(platform),
                platform));
    }

    @Test
    void theManifestOfThisKoineIsComplete() {
        PackManifest manifest = PackManifest.builtIn();
        List<Pack> packs = manifest.packs();
        assertEquals(12, packs.size());
        for (Pack pack : packs) {
            assertTrue(pack.id().startsWith(pack.platform()), pack.id());
            assertEquals(128, pack.sha512().length(), pack.id());
            assertEquals(64, pack.filesSha256().length(), pack.id());
            assertTrue(manifest.architectures(pack).contains("falcon-h1"), pack.id());
            assertEquals(pack.extendedPack() == null ? 3 : 0, pack.libraries().size(), pack.id());
        }
        assertEquals(
                "node-llama-cpp-linux-x64-cuda-ext-3.22.1.tgz",
                PackManifest.builtIn().find("linux-x64-cuda-ext").orElseThrow().archiveName());
    }

    @ParameterizedTest
    @CsvSource({
        "Linux, amd64, linux-x64",
        "Linux, aarch64, linux-arm64",
        "Windows 11, amd64, win-x64",
        "Windows 11, aarch64, win-arm64",
        "Mac OS X, x86_64, mac-x64",
        "Mac OS X, aarch64, mac-arm64"
    })
    void aPlatformIsNamedBySystemAndProcessor(String os, String arch, String platform) {
        Properties system = new Properties();
        system.setProperty("os.name", os);
        system.setProperty("os.arch", arch);
        assertEquals(platform, Platform.of(system));
        assertTrue(PackManifest.builtIn().packs().stream()
                .anyMatch(pack -> pack.platform().equals(platform)));
    }

    @Test
    void anArchiveThatIsCutShortIsRefused() throws Exception {
        byte[] whole = Files.readAllBytes(archive("linux-x64"));
        Path tar = temp.resolve("cut.tgz");
        for (int length = 0; length < whole.length; length += 7) {
            Files.write(tar, java.util.Arrays.copyOf(whole, length));
            Path folder = Files.createTempDirectory(temp, "cut");
            assertThrows(IOException.class, () -> PackFiles.unpack(tar, folder), "cut at " + length);
        }
        assertArrayEquals(whole, Files.readAllBytes(archive("linux-x64")));
    }

    private static Problem refused(String code, Executable what) {
        Problem problem = assertThrows(Problem.class, what);
        assertEquals(code, problem.code());
        return problem;
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> !name.equals(".lock"))
                    .sorted()
                    .toList();
        }
    }

    /** POSIX tar as npm writes it. */
    private static byte[] tgz(Map<String, String> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            for (Map.Entry<String, String> file : files.entrySet()) {
                entry(out, file.getKey(), file.getValue());
            }
            entry(out, null, "");
            entry(out, null, "");
        }
        return bytes.toByteArray();
    }

    private static void entry(OutputStream out, @Nullable String name, String content) throws IOException {
        byte[] header = new byte[512];
        byte[] body = content.getBytes(StandardCharsets.UTF_8);
        if (name != null) {
            put(header, 0, name);
            put(header, 124, String.format(java.util.Locale.ROOT, "%011o", body.length));
            put(header, 156, "0");
            put(header, 257, "ustar");
        }
        out.write(header);
        out.write(body);
        out.write(new byte[(512 - body.length % 512) % 512]);
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }
}
