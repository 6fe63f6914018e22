package koine.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A driver for Vulkan that fails in the ways drivers do, over Mesa's lavapipe: vulkan-driver.c. */
final class VulkanDriver {
    private static final Path REAL = Path.of("/usr/share/vulkan/icd.d/lvp_icd.x86_64.json");

    private final Path folder;

    private VulkanDriver(Path folder) {
        this.folder = folder;
    }

    /** A test that cannot have one is reported as not run. */
    static VulkanDriver compiled(Path folder) throws IOException, InterruptedException {
        assumeTrue(Files.isRegularFile(REAL), "no lavapipe (mesa-vulkan-drivers)");
        assumeTrue(vulkanPack() != null, "no pack for Vulkan in the test kit");
        Path source = folder.resolve("driver.c");
        try (InputStream in = VulkanDriver.class.getResourceAsStream("vulkan-driver.c")) {
            assertNotNull(in);
            Files.copy(in, source);
        }
        String real = JsonParser.parseString(Files.readString(REAL))
                .getAsJsonObject()
                .getAsJsonObject("ICD")
                .get("library_path")
                .getAsString();
        Path library = folder.resolve("driver.so");
        Process compiler;
        try {
            compiler = new ProcessBuilder(
                            "gcc",
                            "-shared",
                            "-fPIC",
                            "-Wall",
                            "-Werror",
                            "-DREAL=\"" + real + "\"",
                            "-o",
                            library.toString(),
                            source.toString(),
                            "-ldl")
                    .inheritIO()
                    .start();
        } catch (IOException e) {
            assumeTrue(false, "no compiler");
            throw e;
        }
        assertEquals(0, compiler.waitFor());
        JsonObject icd = new JsonObject();
        icd.addProperty("library_path", library.toString());
        icd.addProperty("api_version", "1.1.230");
        JsonObject json = new JsonObject();
        json.addProperty("file_format_version", "1.0.0");
        json.add("ICD", icd);
        Files.writeString(folder.resolve("driver.json"), json.toString());
        return new VulkanDriver(folder);
    }

    private static @Nullable Path vulkanPack() throws IOException {
        Path packs = Path.of(System.getProperty("koine.testkit", ""), "packs");
        if (!Files.isDirectory(packs)) {
            return null;
        }
        try (Stream<Path> all = Files.list(packs)) {
            return all.filter(pack -> String.valueOf(pack.getFileName()).startsWith("linux-x64-vulkan-"))
                    .findFirst()
                    .orElse(null);
        }
    }

    /** Puts the pack for Vulkan where its user would have. */
    static void install(Path home) throws IOException {
        Path pack = vulkanPack();
        assertNotNull(pack);
        Files.createDirectories(home.resolve("packs"));
        Files.createSymbolicLink(home.resolve("packs").resolve(pack.getFileName()), pack);
    }

    static void uninstall(Path home) throws IOException {
        Path pack = vulkanPack();
        if (pack != null) {
            Files.deleteIfExists(home.resolve("packs").resolve(pack.getFileName()));
        }
    }

    /** @param how variables of vulkan-driver.c */
    Map<String, String> environment(Map<String, String> how) {
        Map<String, String> all = new HashMap<>(how);
        all.put("GGML_VK_VISIBLE_DEVICES", "0"); // lavapipe is hidden else
        all.put("LC_ALL", "C.UTF-8"); // for names of folders
        all.put("VK_DRIVER_FILES", folder.resolve("driver.json").toString());
        all.put("VK_ICD_FILENAMES", folder.resolve("driver.json").toString());
        all.put("KOINE_DRIVER_LOG", folder.resolve("driver.log").toString());
        return all;
    }

    /** Of a computer without any driver. */
    Map<String, String> none() {
        Map<String, String> all = environment(Map.of());
        all.put("VK_DRIVER_FILES", folder.resolve("none.json").toString());
        all.put("VK_ICD_FILENAMES", folder.resolve("none.json").toString());
        return all;
    }

    /** What it did so far: {@code loaded}, {@code refused}, {@code died}. */
    List<String> log() throws IOException {
        Path log = folder.resolve("driver.log");
        return Files.exists(log) ? Files.readAllLines(log) : List.of();
    }
}
