package koine.engine.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import koine.engine.NativeKit;
import koine.engine.client.PackProbe.Outcome;
import koine.engine.client.PackProbe.Result;
import koine.engine.llama.Device;
import koine.engine.llama.Device.Kind;
import koine.engine.process.ProbeMain;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PackProbeTest {
    @TempDir
    Path folder;

    @AfterEach
    void noProcessIsLeft() {
        assertEquals(
                List.of(),
                ProcessHandle.current()
                        .children()
                        .filter(child -> child.info().commandLine().orElse("").contains(ProbeMain.class.getName()))
                        .toList());
    }

    /** The real pack with one backend for the processor, in a folder nobody would choose, and a driver from C. */
    private Path packWith(String source) throws Exception {
        Path pack = Files.createDirectory(folder.resolve("a pack حزمة"));
        try (Stream<Path> files = Files.list(NativeKit.pack())) {
            for (Path file : files.filter(PackProbeTest::isPart).toList()) {
                Files.copy(file, pack.resolve(file.getFileName()));
            }
        }
        Path code = Files.writeString(folder.resolve("driver.c"), source);
        NativeKit.run(
                NativeKit.compiler("gcc", "clang"),
                "-shared",
                "-fPIC",
                "-o",
                pack.resolve("libggml-vulkan.so").toString(),
                code.toString());
        return pack;
    }

    /** @param started a pipe that gets a sign when the driver is being loaded */
    private Path packThatHangs(Path started) throws Exception {
        NativeKit.run("mkfifo", started.toString());
        return packWith("""
                #include <fcntl.h>
                #include <unistd.h>
                __attribute__((constructor)) static void driver(void) {
                    if (write(open("%s", O_WRONLY), "!", 1) == 1) for (;;) pause();
                }
                """.formatted(started));
    }

    private static boolean isPart(Path file) {
        return String.valueOf(file.getFileName())
                .matches("lib(ggml-base|ggml-cpu-(x64|armv8.0_1)|(ggml|llama)\\.v.*)\\.so");
    }

    @Test
    void tellsWhatThePackOfThisComputerCanComputeWith() throws Exception {
        Result result = new PackProbe().probe(NativeKit.pack());
        assertEquals(Outcome.USABLE, result.outcome(), result.toString());
        Device processor = result.devices().stream()
                .filter(device -> device.kind() == Kind.PROCESSOR)
                .findFirst()
                .orElseThrow();
        assertTrue(processor.starts());
        assertEquals("CPU", processor.backend());
        assertFalse(processor.description().isBlank());
        assertTrue(processor.totalBytes() > 100_000_000, processor.toString());
        assertNull(result.detail());
    }

    @Test
    void aFolderThatIsNoPackIsRefusedWithoutItsPath() throws Exception {
        Result result = new PackProbe().probe(folder.resolve("none"));
        assertEquals(Outcome.REFUSED, result.outcome());
        assertEquals("the pack folder cannot be read", result.detail());
        assertEquals(List.of(), result.devices());
    }

    @Test
    void aDriverThatCrashesTakesOnlyItsProbeWithIt() throws Exception {
        Path pack = packWith("""
                #include <stdio.h>
                #include <stdlib.h>
                __attribute__((constructor)) static void driver(void) { puts("driver"); fflush(stdout); abort(); }
                """);
        Result result = new PackProbe().probe(pack);
        assertEquals(Outcome.CRASHED, result.outcome(), result.toString());
        assertEquals(128 + 6, result.exitCode());
        assertNull(result.tried(), "it died of the load");
        assertEquals(List.of(), result.devices());
    }

    @Test
    void aDriverThatEndsTheProcessIsNoSuccess() throws Exception {
        Path pack = packWith("""
                #include <unistd.h>
                __attribute__((constructor)) static void driver(void) { _exit(0); }
                """);
        assertEquals(Outcome.CRASHED, new PackProbe().probe(pack).outcome());
    }

    @Test
    void aDriverThatHangsIsEnded() throws Exception {
        Path pack = packWith("""
                #include <unistd.h>
                __attribute__((constructor)) static void driver(void) { for (;;) pause(); }
                """);
        Result result = new PackProbe(Duration.ofSeconds(4)).probe(pack);
        assertEquals(Outcome.HUNG, result.outcome());
        assertEquals(0, result.exitCode());
    }

    @Test
    void whoStopsWaitingEndsIt() throws Exception {
        Path started = folder.resolve("started");
        Path pack = packThatHangs(started);
        FutureTask<Result> probing = new FutureTask<>(() -> new PackProbe().probe(pack));
        Thread person = Thread.ofPlatform().start(probing);
        try (InputStream driver = Files.newInputStream(started)) {
            assertEquals('!', driver.read());
        }
        person.interrupt();
        ExecutionException stopped = assertThrows(ExecutionException.class, probing::get);
        assertTrue(stopped.getCause() instanceof InterruptedException, String.valueOf(stopped.getCause()));
    }

    @Test
    void endsWhenNobodyWaitsForItAnyMore() throws Exception {
        Path started = folder.resolve("started");
        Path pack = packThatHangs(started);
        Process process =
                ChildJava.program(ProbeMain.class.getName(), List.of()).start();
        try {
            try (OutputStream in = process.getOutputStream()) {
                in.write(("\"" + pack + "\"\n").getBytes(StandardCharsets.UTF_8));
                in.flush();
                try (InputStream driver = Files.newInputStream(started)) {
                    assertEquals('!', driver.read()); // inside the system's loader
                }
            }
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it goes on without its owner");
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aRealDriverIsTried() throws Exception {
        Path pack = Path.of(System.getProperty("koine.testkit", ""), "packs");
        try (Stream<Path> packs = Files.list(pack)) {
            pack = packs.filter(one -> String.valueOf(one.getFileName()).matches("linux-x64-vulkan-.*"))
                    .findFirst()
                    .orElse(pack);
        }
        assumeTrue(
                System.getProperty("os.name").equals("Linux")
                        && System.getProperty("os.arch").equals("amd64"),
                "the pack is for Linux on x64");
        Result result = new PackProbe().probe(pack);
        // with Vulkan's loader and a driver there are devices of it; without, the processor is left
        assertEquals(Outcome.USABLE, result.outcome(), result.toString());
        for (Device device : result.devices()) {
            assertTrue(device.starts(), device.toString());
            assertEquals(device.backend().equals("Vulkan"), device.kind().isGraphics(), device.toString());
        }
    }
}
