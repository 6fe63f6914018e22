package koine.engine.llama.ffm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import koine.engine.NativeKit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackLoaderTest {
    private static final int ELF_MACHINE = 18;

    @TempDir
    Path folder;

    @Test
    void findsEachLibraryByItsPatternOnEveryPlatform() throws Exception {
        for (List<String> names : List.of(
                List.of(
                        "libggml-base.so",
                        "libggml.v0.5.0.so",
                        "libllama.v0.5.0.so",
                        "libllama-common.so",
                        "libggml-cpu-x64.so"),
                List.of(
                        "libggml-base.so",
                        "libggml.vulkan.v0.5.0.so",
                        "libllama.vulkan.v0.5.0.so",
                        "libggml-vulkan.so"),
                List.of("ggml-base.dll", "ggml.v0.4.0.dll", "llama.v0.4.0.dll", "llama-common.dll", "llama-addon.lib"),
                List.of(
                        "libggml-base.dylib",
                        "libggml.metal.v0.4.0.dylib",
                        "libllama.metal.v0.4.0.dylib",
                        "libllama-common.dylib",
                        "libggml-metal.so",
                        "libggml-blas.so"))) {
            Path pack = Files.createTempDirectory(folder, "pack");
            for (String name : names) {
                Files.createFile(pack.resolve(name));
            }
            assertEquals(pack.resolve(names.get(0)), PackLoader.find(pack, "ggml-base"));
            assertEquals(pack.resolve(names.get(1)), PackLoader.find(pack, "ggml"));
            assertEquals(pack.resolve(names.get(2)), PackLoader.find(pack, "llama"));
        }
    }

    @Test
    void aFolderThatIsNoPackIsRefused() {
        assertEquals(
                "the pack folder cannot be read",
                assertThrows(PackException.class, () -> PackLoader.load(folder.resolve("none")))
                        .getMessage());
        assertEquals(
                "the pack has 0 files for the library ggml-base",
                assertThrows(PackException.class, () -> PackLoader.load(folder)).getMessage());
    }

    @Test
    void twoReleasesInOneFolderAreRefused() throws IOException {
        Files.createFile(folder.resolve("libllama.v0.4.0.so"));
        Files.createFile(folder.resolve("libllama.v0.5.0.so"));
        assertEquals(
                "the pack has 2 files for the library llama",
                assertThrows(PackException.class, () -> PackLoader.find(folder, "llama"))
                        .getMessage());
    }

    @Test
    void aLibraryThatIsCutShortIsRefusedBecauseTheSystemsLoaderWouldDieOfIt() throws Exception {
        Path library = PackLoader.find(NativeKit.pack(), "ggml-base");
        assumeTrue(library.toString().endsWith(".so"), "cut libraries are recognised in ELF files only");
        byte[] whole = Files.readAllBytes(library);
        Path cut = folder.resolve("libggml-base.so");
        for (int length : new int[] {0, 10, 8192, whole.length / 2, whole.length - 1}) {
            Files.write(cut, Arrays.copyOf(whole, length));
            assertEquals(
                    "the library libggml-base.so is cut short",
                    assertThrows(PackException.class, () -> PackLoader.load(folder))
                            .getMessage());
        }
        Files.write(cut, whole);
        assertEquals(
                "the pack has 0 files for the library ggml",
                assertThrows(PackException.class, () -> PackLoader.load(folder)).getMessage());
    }

    @Test
    void aLibraryForAnotherMachineIsRefusedAndNoPathIsTold() throws Exception {
        Path library = PackLoader.find(NativeKit.pack(), "ggml-base");
        assumeTrue(library.toString().endsWith(".so"), "made from an ELF file");
        byte[] other = Files.readAllBytes(library);
        other[ELF_MACHINE] ^= 0x40;
        Files.write(folder.resolve("libggml-base.so"), other);
        String message = String.valueOf(
                assertThrows(PackException.class, () -> PackLoader.load(folder)).getMessage());
        assertEquals("the library libggml-base.so cannot be loaded on this system", message);
    }
}
