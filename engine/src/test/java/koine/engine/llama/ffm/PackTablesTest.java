package koine.engine.llama.ffm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.StringEntry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import koine.engine.packs.Pack;
import koine.engine.packs.PackManifest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every pinned pack of every system, read here: what we call is in it, and what it needs comes with it. */
class PackTablesTest {
    /**
     * What needs no bundling. Linux: the C and C++ libraries of the system (a distribution with a desktop has them all).
     * macOS: parts of the system. Windows: parts of the system and, since Windows 10, its C run-time; of Visual C++'s
     * libraries, those that every Java brings in the folder it starts from.
     */
    private static final Pattern OF_THE_SYSTEM = Pattern.compile(
            "libc\\.so\\.6|libm\\.so\\.6|libgcc_s\\.so\\.1|libstdc\\+\\+\\.so\\.6|ld-linux[-\\w]*\\.so\\.[12]"
                    + "|/usr/lib/lib(System\\.B|c\\+\\+\\.1|objc\\.A)\\.dylib|/System/Library/Frameworks/.*"
                    + "|(KERNEL32|ADVAPI32|SHELL32|WS2_32)\\.dll|api-ms-win-crt-[-\\w]+\\.dll"
                    + "|(MSVCP140|VCRUNTIME140|VCRUNTIME140_1)\\.dll");

    /** Functions that are not bound by name but asked of the processor's backend. */
    private static final Set<String> OF_THE_PROCESSOR = Set.of("ggml_threadpool_new", "ggml_threadpool_free");

    static List<Pack> packs() {
        return PackManifest.builtIn().packs();
    }

    @ParameterizedTest
    @MethodSource("packs")
    void everyFunctionWeCallIsThereAndEveryLibraryItNeedsComesWithIt(Pack pack) throws Exception {
        Path folder = folder(pack);
        Map<String, NativeTables> libraries = new HashMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(PackTablesTest::isLibrary).toList()) {
                libraries.put(String.valueOf(file.getFileName()), NativeTables.read(file));
            }
        }
        assertEquals(pack.needs(), List.copyOf(unbundled(pack, libraries)), "what the computer must have");
        for (Map.Entry<String, NativeTables> library : libraries.entrySet()) {
            assertFalse(library.getValue().needed().isEmpty(), library.getKey() + " needs at least the system");
            assertEquals(
                    pack.platform(),
                    platform(library.getValue()),
                    () -> library.getKey() + " in " + pack.id() + " is for other computers");
        }
        if (pack.extendedPack() != null) {
            assertEquals(Set.of(), Set.copyOf(pack.libraries()));
            assertTrue(offeredBy(libraries).contains("ggml_backend_init"), "a backend that can be loaded");
            return;
        }

        Set<String> offered = new HashSet<>();
        for (String name : pack.libraries()) {
            offered.addAll(library(libraries, name).exports());
        }
        Set<String> missing = new TreeSet<>(called());
        missing.removeAll(offered);
        missing.removeAll(OF_THE_PROCESSOR);
        int processors = 0;
        assertEquals(Set.of(), missing, "functions the pack does not have");
        for (Map.Entry<String, NativeTables> library : libraries.entrySet()) {
            if (library.getKey().contains("ggml-cpu")) {
                processors++;
                assertTrue(library.getValue().exports().containsAll(OF_THE_PROCESSOR), library.getKey());
            }
        }
        assertTrue(processors > 0, "it cannot compute on the processor");
        loadsInOrder(pack, libraries);
        assertEquals(pack.libraries(), loaded(folder), "what the loader finds by its patterns");
        assertKnows(pack, folder.resolve(pack.libraries().getLast()));
    }

    /** Windows resolves a library by name among those already loaded, so none may come before what it needs. */
    private static void loadsInOrder(Pack pack, Map<String, NativeTables> libraries) {
        Set<String> before = new HashSet<>();
        for (String name : pack.libraries()) {
            for (String need : library(libraries, name).needed()) {
                String needed = fileName(need);
                assertTrue(!libraries.containsKey(needed) || before.contains(needed), name + " before " + needed);
            }
            before.add(name);
        }
    }

    private static NativeTables library(Map<String, NativeTables> libraries, String name) {
        return Objects.requireNonNull(libraries.get(name), () -> "the pack has no " + name);
    }

    private static Set<String> unbundled(Pack pack, Map<String, NativeTables> libraries) {
        Set<String> there = new HashSet<>(libraries.keySet());
        if (pack.extendedPack() != null) {
            PackManifest.builtIn()
                    .find(pack.extendedPack())
                    .orElseThrow()
                    .libraries()
                    .forEach(there::add);
        }
        Set<String> unbundled = new TreeSet<>();
        libraries.values().stream()
                .flatMap(library -> library.needed().stream())
                .filter(need -> !there.contains(fileName(need)))
                .filter(need -> !OF_THE_SYSTEM.matcher(need).matches())
                .forEach(unbundled::add);
        return unbundled;
    }

    private static String platform(NativeTables library) {
        return switch (library.format()) {
            case ELF -> "linux-" + processor(library.machine(), 62, 183);
            case PE -> "win-" + processor(library.machine(), 0x8664, 0xAA64);
            case MACH_O -> "mac-" + processor(library.machine(), 0x01000007, 0x0100000C);
        };
    }

    private static String processor(int machine, int x64, int arm64) {
        return machine == x64 ? "x64" : machine == arm64 ? "arm64" : "machine " + machine;
    }

    private static Set<String> offeredBy(Map<String, NativeTables> libraries) {
        Set<String> offered = new HashSet<>();
        libraries.values().forEach(library -> offered.addAll(library.exports()));
        return offered;
    }

    private static List<String> loaded(Path folder) throws PackException {
        return List.of(
                fileName(PackLoader.find(folder, "ggml-base").toString()),
                fileName(PackLoader.find(folder, "ggml").toString()),
                fileName(PackLoader.find(folder, "llama").toString()));
    }

    /** The names of architectures stand in the library as C writes them, and no newer ones do. */
    private static void assertKnows(Pack pack, Path llama) throws IOException {
        String text = new String(Files.readAllBytes(llama), StandardCharsets.ISO_8859_1);
        PackManifest manifest = PackManifest.builtIn();
        Set<String> knownHere = manifest.architectures(pack);
        for (Pack other : packs()) {
            for (String architecture : manifest.architectures(other)) {
                boolean known = knownHere.contains(architecture);
                // a linker may keep a name as the end of a longer one
                String written = known ? architecture + "\0" : "\0" + architecture + "\0";
                assertEquals(known, text.contains(written), pack.id() + " and " + architecture);
            }
        }
    }

    /** The names in the code of the binding: all that is bound, without a list to keep. */
    private static Set<String> called() throws Exception {
        Set<String> names = new TreeSet<>();
        Path classes = Path.of(PackLoader.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (Stream<Path> files = Files.list(classes.resolve("koine/engine/llama/ffm"))) {
            for (Path file : files.toList()) {
                ClassFile.of().parse(file).constantPool().forEach(entry -> {
                    if (entry instanceof StringEntry text && text.stringValue().matches("(llama|ggml)_[a-z0-9_]+")) {
                        names.add(text.stringValue());
                    }
                });
            }
        }
        StructLayouts.ALL.forEach(struct -> names.remove(StructLayouts.nameOf(struct)));
        assertTrue(names.size() > 60 && names.contains("llama_decode"), "too few names: " + names);
        return names;
    }

    private static String fileName(String library) {
        return library.substring(library.replace('\\', '/').lastIndexOf('/') + 1);
    }

    private static boolean isLibrary(Path file) {
        return String.valueOf(file.getFileName()).matches(".*\\.(so|dll|dylib)");
    }

    private static Path folder(Pack pack) {
        Path bundled = Path.of(System.getProperty("koine.bundle", ""), "packs", pack.folderName());
        if (Files.isDirectory(bundled)) {
            return bundled;
        }
        Path folder = Path.of(System.getProperty("koine.testkit", ""), "packs", pack.folderName());
        assumeTrue(
                pack.backend() != Pack.Backend.CUDA || Boolean.getBoolean("koine.long") || Files.isDirectory(folder),
                "630 MB of packs for NVIDIA's cards: run ./check --long");
        assertTrue(Files.isDirectory(folder), "no pack " + pack.id() + " in the test kit: ./check fetches it");
        return folder;
    }
}
