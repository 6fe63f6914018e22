package koine.engine.llama.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Loads a native pack: a folder with llama.cpp's libraries and its backends. File names carry the release and the variant
 * ({@code libllama.v0.5.0.so}, {@code llama.v0.4.0.dll}, {@code libllama.metal.v0.4.0.dylib}), so they are found by
 * pattern. Libraries stay loaded until the process ends, and a process loads one pack only: two would share symbols.
 */
public final class PackLoader {
    private static final String NAME = "(lib)?%s(\\.[a-z0-9]+)?(\\.v[0-9][0-9.]*[0-9])?\\.(so|dll|dylib)";
    /** In the order of their needs: Windows resolves a needed library by the name of one already loaded. */
    private static final List<String> LIBRARIES = List.of("ggml-base", "ggml", "llama");

    private PackLoader() {}

    /**
     * Loads the libraries, checks their ABI, silences them into the log and registers their backends.
     *
     * @throws PackException when a library is missing, does not load, or is not of the known ABI
     */
    public static LlamaLibrary load(Path folder) throws PackException {
        requireWhole(folder);
        SymbolLookup symbols = name -> Optional.empty();
        for (String library : LIBRARIES) {
            symbols = open(find(folder, library)).or(symbols);
        }
        LinkerHelper linker = new LinkerHelper(symbols);
        new AbiGuard(linker).check();

        NativeLog log = new NativeLog();
        installLog(linker, log);
        loadBackends(linker, folder, log);
        return new FfmLlamaLibrary(linker, log);
    }

    /** Backends too: llama.cpp will open them all. */
    private static void requireWhole(Path folder) throws PackException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.so")) {
            for (Path file : files) {
                if (!ElfFile.isWhole(file)) {
                    throw new PackException("the library " + file.getFileName() + " is cut short");
                }
            }
        } catch (IOException e) {
            throw new PackException("the pack folder cannot be read", e);
        }
    }

    /** The one file in the folder that is this library, whatever its release and variant. */
    static Path find(Path folder, String library) throws PackException {
        Pattern pattern = Pattern.compile(NAME.replace("%s", Pattern.quote(library)));
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> found = files.filter(file ->
                            pattern.matcher(String.valueOf(file.getFileName())).matches())
                    .toList();
            if (found.size() != 1) {
                throw new PackException("the pack has " + found.size() + " files for the library " + library);
            }
            return found.getFirst().toAbsolutePath();
        } catch (IOException e) {
            throw new PackException("the pack folder cannot be read", e);
        }
    }

    private static SymbolLookup open(Path file) throws PackException {
        try {
            return SymbolLookup.libraryLookup(file, Arena.global());
        } catch (IllegalArgumentException e) {
            throw new PackException("the library " + file.getFileName() + " cannot be loaded on this system", e);
        }
    }

    private static void installLog(LinkerHelper linker, NativeLog log) throws PackException {
        MethodHandle logSet = linker.downcall("llama_log_set", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));
        // C keeps this pointer for as long as the process lives, so the stub lives as long
        MemorySegment callback = linker.upcall(Callbacks.log(log), Callbacks.LOG_LINE, Arena.global());
        try {
            logSet.invokeExact(callback, MemorySegment.NULL);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    private static void loadBackends(LinkerHelper linker, Path folder, NativeLog log) throws PackException {
        MethodHandle init = linker.downcall("llama_backend_init", FunctionDescriptor.ofVoid());
        MethodHandle loadAll = linker.downcall("ggml_backend_load_all_from_path", FunctionDescriptor.ofVoid(ADDRESS));
        MethodHandle count = linker.downcall("ggml_backend_reg_count", FunctionDescriptor.of(JAVA_LONG));
        log.hide(folder.toAbsolutePath().toString());
        try (Arena arena = Arena.ofConfined()) {
            init.invokeExact();
            loadAll.invokeExact(NativePaths.allocate(arena, NativePaths.bytes(folder)));
            if ((long) count.invokeExact() == 0) {
                throw new PackException("no backend of the pack runs on this processor");
            }
        } catch (PackException e) {
            throw e;
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }
}
