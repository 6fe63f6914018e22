package koine.setup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What {@code bench/run} compares with: llama.cpp's own tools, compiled over the native pack's libraries, in
 * {@code .build/bench/build/bin}.
 */
final class BenchKit implements Part {
    private static final String[] FOLDERS = {
        "include",
        "ggml/include",
        "src",
        "common",
        "vendor",
        "tools/llama-bench",
        "tools/server",
        "tools/mtmd",
        "tools/ui"
    };
    private static final List<String> OURS = List.of("CMakeLists.txt", "one-shot.cpp");

    private final Checkout checkout;
    private final Pins pins;
    private final NativePack pack;

    BenchKit(Checkout checkout, NativePack pack) throws IOException {
        this.checkout = checkout;
        this.pins = Pins.ofSetup(checkout.root());
        this.pack = pack;
    }

    private Path source() {
        return checkout.build().resolve("bench/llama.cpp");
    }

    private Path built() {
        return checkout.build().resolve("bench/build");
    }

    private Stamp stamp() {
        return new Stamp(checkout.stamp("bench"));
    }

    /** Changes with the source, the pack and what is built how. */
    private String key() throws IOException {
        StringBuilder key = new StringBuilder(pins.get("testkit.sha512")).append(pack.id());
        for (String file : OURS) {
            key.append(Trees.hash("SHA-256", checkout.root().resolve("bench").resolve(file)));
        }
        return key.toString();
    }

    private List<Path> programs() {
        return Stream.of("llama-bench", "llama-server", "one-shot")
                .map(name -> built().resolve("bin").resolve(name))
                .toList();
    }

    @Override
    public boolean ready() throws IOException {
        return programs().stream().allMatch(Files::isExecutable)
                && stamp().matches(key(), built().resolve("bin"), programs());
    }

    @Override
    public List<String> tools() {
        return List.of("npm", "git", "cmake", "c++");
    }

    @Override
    public void make() throws IOException, InterruptedException, Trouble {
        if (!Stream.of(FOLDERS).map(source()::resolve).allMatch(Files::isDirectory)) {
            Path scratch = Trees.empty(checkout.scratch("bench"));
            Path clone = new LlamaSource(checkout, pins).fetch("llama.cpp's tools (for bench)", scratch, FOLDERS);
            Path kit = scratch.resolve("kit");
            for (String folder : FOLDERS) {
                Trees.copyTree(clone.resolve(folder), kit.resolve(folder));
            }
            Trees.replace(kit, source());
            Trees.delete(scratch);
        }
        try (Progress progress = new Progress(checkout.terminal(), "llama.cpp's tools over the native engine")) {
            progress.say("compiling");
            Files.createDirectories(built());
            cmake(
                    "-S",
                    checkout.root().resolve("bench"),
                    "-B",
                    built(),
                    "-DLLAMA=" + source(),
                    "-DPACK=" + pack.folder());
            int jobs = Math.max(1, Runtime.getRuntime().availableProcessors() / 2); // others work here too
            cmake("--build", built(), "--parallel", jobs);
            progress.done("done");
        }
        stamp().write(key(), built().resolve("bin"), programs());
    }

    private void cmake(Object... arguments) throws IOException, InterruptedException, Trouble {
        Path log = checkout.log("bench");
        if (new Tool(Tool.need("cmake"), built()).with(arguments).run(log) != 0) {
            throw new Trouble("llama.cpp's tools could not be built; what the compiler said is in "
                    + checkout.root().relativize(log) + ".");
        }
    }
}
