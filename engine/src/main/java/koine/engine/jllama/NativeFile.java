package koine.engine.jllama;

import de.kherud.llama.LlamaModel;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Set;
import koine.engine.llama.ModelLoadException;
import koine.engine.llama.ModelLoadException.Reason;

/**
 * The native library in java-llama.cpp's jar, unpacked into a folder of ours. Left to itself it would unpack into the system's
 * folder for temporary files, delete there whatever begins like its own files, and print where it is.
 */
final class NativeFile {
    private static final String TEMPORARY = ".tmp";

    private NativeFile() {}

    /**
     * Unpacks it, unless it is there as it should be, and loads it; once in a process.
     *
     * @throws ModelLoadException with {@link Reason#PACK}
     */
    static void load(Path folder) throws ModelLoadException {
        Path library = folder.resolve(System.mapLibraryName("jllama")).toAbsolutePath();
        try {
            Path empty = Files.createDirectories(folder.resolve("empty")); // what it cleans up is here
            if (!isUnpacked(library)) {
                unpack(library);
            }
            System.setProperty(
                    "de.kherud.llama.lib.path", folder.toAbsolutePath().toString());
            System.setProperty("de.kherud.llama.tmpdir", empty.toAbsolutePath().toString());
            System.load(library.toString()); // by us: its own loader prints the path of what cannot be loaded
        } catch (IOException | LinkageError e) {
            // their messages name folders
            throw new ModelLoadException(
                    Reason.PACK, "java-llama.cpp: " + e.getClass().getSimpleName());
        }
    }

    private static InputStream packed() throws IOException {
        String name = resource();
        InputStream in = LlamaModel.class.getResourceAsStream(name);
        if (in == null) {
            throw new NoSuchFileException(name);
        }
        return new BufferedInputStream(in, 1 << 16);
    }

    /** As java-llama.cpp names its folders. */
    private static String resource() {
        String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String system = os.startsWith("windows") ? "Windows" : os.startsWith("mac") ? "Mac" : "Linux";
        String machine = System.getProperty("os.arch", "");
        String folder = machine.equals("amd64") || machine.equals("x86_64") ? "x86_64" : machine;
        return system + "/" + folder + "/" + System.mapLibraryName("jllama");
    }

    static boolean isUnpacked(Path library) throws IOException {
        if (!Files.isRegularFile(library)) {
            return false;
        }
        try (InputStream there = new BufferedInputStream(Files.newInputStream(library), 1 << 16);
                InputStream packed = packed()) {
            int one = packed.read();
            while (one >= 0 && one == there.read()) {
                one = packed.read();
            }
            return one < 0 && there.read() < 0;
        }
    }

    /** Whole or not at all: under a temporary name, synced, then moved. Another program may do the same at the same time. */
    static void unpack(Path library) throws IOException {
        sweep(library);
        Path temporary = library.resolveSibling(
                library.getFileName() + "." + ProcessHandle.current().pid() + TEMPORARY);
        try {
            try (FileChannel file = FileChannel.open(
                            temporary,
                            Set.of(
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.TRUNCATE_EXISTING,
                                    StandardOpenOption.WRITE));
                    InputStream in = packed()) {
                OutputStream out = Channels.newOutputStream(file);
                in.transferTo(out);
                file.force(true);
            }
            Files.move(temporary, library, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            if (!isUnpacked(library)) { // Windows replaces nothing that another program has loaded
                throw e;
            }
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Deletes what a killed program has left; not what one writes that is running. */
    private static void sweep(Path library) throws IOException {
        Path folder = library.resolveSibling(".").normalize();
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, library.getFileName() + ".*" + TEMPORARY)) {
            for (Path file : left) {
                String name = String.valueOf(file.getFileName());
                String pid = name.replaceAll(".*\\.(\\d+)\\" + TEMPORARY + "$", "$1");
                boolean writing = pid.matches("\\d{1,18}")
                        && ProcessHandle.of(Long.parseLong(pid)).isPresent();
                if (!writing) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
