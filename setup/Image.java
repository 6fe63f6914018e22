package koine.setup;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The application image: a run-time image with the JDK and JavaFX modules the program needs (jlink), a launcher and the
 * jars (jpackage), the native pack and the starter model. It runs on a machine with no Java and no network.
 */
final class Image {
    /** Modules that jdeps cannot see being used: reached by reflection or as services. */
    private static final List<String> UNSEEN =
            List.of("javafx.controls", "jdk.localedata", "jdk.unsupported", "jdk.zipfs");

    private final boolean terminal;
    private final Path script;
    private final Path scratch;
    private final Path log;

    /** What goes beside the program. */
    record Bundle(Path pack, List<Path> models) {}

    /** @param script what {@code bin/koine} is on Linux */
    Image(boolean terminal, Path script, Path scratch, Path log) {
        this.terminal = terminal;
        this.script = script;
        this.scratch = scratch;
        this.log = log;
    }

    /**
     * @param lib the program's jars; those in {@code javafx/} below it are modules
     * @param options for the program's java process, from setup/jvm.options
     * @param image the folder to make
     */
    void make(Path lib, List<String> options, Bundle bundle, Path image)
            throws IOException, InterruptedException, Trouble {
        Trees.empty(scratch);
        try (Progress progress = new Progress(terminal, "Application image")) {
            progress.say("looking for the modules the program needs");
            String modules = modules(lib);
            progress.say("linking the run-time image");
            Path runtime = runtime(lib, modules);
            progress.say("packaging");
            Path made = launcher(lib, options, runtime);
            Sqlite.unzipLibrary(lib, app(made).resolve("sqlite"));
            Path bundled = app(made).resolve("bundle");
            Trees.copyTree(
                    bundle.pack(),
                    bundled.resolve("packs").resolve(bundle.pack().getFileName()));
            for (Path model : bundle.models()) {
                Trees.copy(model, bundled.resolve("models").resolve(model.getFileName()));
            }
            if (linux()) {
                Files.copy(script, made.resolve("bin/koine"), StandardCopyOption.COPY_ATTRIBUTES);
            }
            Trees.replace(made, image);
            Trees.delete(scratch);
            progress.done(Trees.size(image) / 1_000_000 + " MB");
        }
    }

    /** The modules of the JDK and of JavaFX that the jars use, as jdeps finds them, with a comma between. */
    private String modules(Path lib) throws IOException, InterruptedException, Trouble {
        List<String> lines = new ArrayList<>();
        tool("jdeps")
                .with("--multi-release", Runtime.version().feature(), "--ignore-missing-deps", "--print-module-deps")
                .with("--module-path", lib.resolve("javafx"))
                .with("--class-path", classPath(lib), "--recursive")
                .with(Program.classPath(lib).toArray())
                .onLine(lines::add)
                .run(log);
        Set<String> modules = new TreeSet<>(UNSEEN);
        for (String line : lines) {
            if (line.matches("[a-z.,]+")) {
                modules.addAll(List.of(line.split(",", -1)));
            }
        }
        if (!modules.contains("java.base")) {
            throw failed("jdeps");
        }
        return String.join(",", modules);
    }

    private static String classPath(Path lib) throws IOException {
        return Program.classPath(lib).stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    private Path runtime(Path lib, String modules) throws IOException, InterruptedException, Trouble {
        Path runtime = scratch.resolve("runtime");
        run(
                "jlink",
                tool("jlink")
                        .with("--module-path", lib.resolve("javafx"), "--add-modules", modules)
                        .with("--exclude-resources", "/javafx.*/*.so,/javafx.*/*.dll,/javafx.*/*.dylib")
                        .with("--no-header-files", "--no-man-pages", "--generate-cds-archive")
                        .with("--compress", "zip-6", "--output", runtime));
        JavaFx.unzipLibraries(lib.resolve("javafx"), runtime.resolve(Tool.windows() ? "bin" : "lib"));
        keepOnlyJava(runtime.resolve("bin"));
        return runtime;
    }

    /** The engine process is started with the image's own java; the JDK's other programs are not needed. */
    private static void keepOnlyJava(Path bin) throws IOException {
        try (Stream<Path> programs = Files.list(bin)) {
            for (Path program : programs.toList()) {
                String name = program.getFileName().toString();
                if (!name.matches("javaw?(\\.exe)?|.*\\.dll")) {
                    Trees.delete(program);
                }
            }
        }
    }

    private Path launcher(Path lib, List<String> options, Path runtime)
            throws IOException, InterruptedException, Trouble {
        Path input = Files.createDirectories(scratch.resolve("input"));
        String main = null;
        for (Path jar : Program.classPath(lib)) {
            Trees.copy(jar, input.resolve(jar.getFileName()));
            main = jar.getFileName().toString().startsWith("koine-ui")
                    ? jar.getFileName().toString()
                    : main;
        }
        if (main == null) {
            throw new Trouble("The program's jars are incomplete: delete .build/app and start again.");
        }
        Path out = Files.createDirectories(scratch.resolve("out"));
        Tool jpackage = tool("jpackage")
                .with("--type", "app-image", "--name", name(), "--dest", out)
                .with("--runtime-image", runtime, "--input", input)
                .with("--main-jar", main, "--main-class", "koine.ui.Launcher");
        for (String option : options) {
            jpackage.with("--java-options", option);
        }
        jpackage.with("--java-options", "-Dorg.sqlite.lib.path=$APPDIR/sqlite");
        jpackage.with("--java-options", "-Dkoine.bundle=$APPDIR/bundle");
        if (Tool.windows()) {
            jpackage.with("--win-console"); // the same program answers on the command line
        }
        run("jpackage", jpackage);
        try (Stream<Path> made = Files.list(out)) {
            return made.findFirst().orElseThrow(() -> failed("jpackage"));
        }
    }

    /** Where file names ignore case, "Koine" also answers to {@code koine}; on Linux a script of that name calls it. */
    private static String name() {
        return linux() ? "koine-app" : "Koine";
    }

    /** What jpackage calls $APPDIR. */
    static Path app(Path image) {
        return image.resolve(Tool.windows() ? "app" : mac() ? "Contents/app" : "lib/app");
    }

    private static boolean linux() {
        return !Tool.windows() && !mac();
    }

    private static boolean mac() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac");
    }

    private Tool tool(String name) {
        return new Tool(Path.of(System.getProperty("java.home"), "bin", name), scratch);
    }

    private void run(String name, Tool tool) throws IOException, InterruptedException, Trouble {
        if (tool.run(log) != 0) {
            throw failed(name);
        }
    }

    private Trouble failed(String name) {
        return new Trouble(
                "The application image could not be made: " + name + " failed; what it said is in " + log + ".");
    }
}
