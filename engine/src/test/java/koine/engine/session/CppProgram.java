package koine.engine.session;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import koine.engine.NativeKit;

/** A program of the test resources over llama.h and the native pack. */
final class CppProgram {
    private final Path program;

    private CppProgram(Path program) {
        this.program = program;
    }

    /** @param name of the source without its ending */
    static CppProgram compile(String name, Path folder) throws IOException {
        String compiler = NativeKit.compiler("g++", "clang++");
        Path pack = NativeKit.pack();
        Path source = folder.resolve(name + ".cpp");
        try (InputStream in = CppProgram.class.getResourceAsStream(name + ".cpp")) {
            Files.copy(Objects.requireNonNull(in), source);
        }
        Path program = folder.resolve(name);
        List<String> command = new ArrayList<>(List.of(compiler, "-std=c++17", "-O1", source.toString()));
        command.addAll(NativeKit.includeFlags());
        command.addAll(libraries(pack));
        command.addAll(List.of("-Wl,-rpath," + pack, "-o", program.toString()));
        NativeKit.run(command.toArray(String[]::new));
        return new CppProgram(program);
    }

    /** @return its lines; it must succeed */
    List<String> run(String input, String... arguments) {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        return NativeKit.runWith(input, command.toArray(String[]::new)).lines().toList();
    }

    /** What the program calls itself; the compiler finds what these need beside them. */
    private static List<String> libraries(Path pack) throws IOException {
        try (Stream<Path> files = Files.list(pack)) {
            return files.map(Path::toString)
                    .filter(file -> file.matches(".*[/\\\\]lib(llama|ggml|ggml-base)(\\.[a-z]+)?(\\.v[0-9.]+)?\\.so"))
                    .toList();
        }
    }
}
