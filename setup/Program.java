package koine.setup;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The program itself: its jars in {@code .build/app/lib-FINGERPRINT/} and {@code .build/app/run.args}, which tells java how
 * to start them. Built from a copy of the sources in {@code .build/source}, so that what was hashed is what was built, and
 * nobody's {@code target} folders are touched. A running program keeps its jars when a newer build appears beside them.
 */
final class Program implements Part {
    /** The module that depends on all the others. */
    private static final String TOP = "ui";

    private static final Pattern BUILDING = Pattern.compile("Building koine-(\\S+) .*\\[(\\d+)/(\\d+)]");
    private static final Pattern NOISE =
            Pattern.compile("\\[ERROR]\\s*$|\\[ERROR] \\[Help|Re-run Maven|full stack trace"
                    + "|For more information|After correcting|mvn <args>");

    private final Checkout checkout;

    Program(Checkout checkout) {
        this.checkout = checkout;
    }

    @Override
    public boolean ready() throws IOException {
        String fingerprint = Fingerprint.of(checkout.root()).whole();
        Path args = checkout.app().resolve("run.args");
        Path lib = lib(fingerprint);
        return Files.isRegularFile(args)
                && new Stamp(checkout.stamp("app")).matches(fingerprint, lib, Trees.files(lib))
                && Files.readString(args).equals(arguments(lib));
    }

    /** The jars of the current build; {@code javafx/} below it holds JavaFX. */
    Path lib() throws IOException {
        return lib(Fingerprint.of(checkout.root()).whole());
    }

    /** The file that tells java how to start the program. */
    Path arguments() {
        return checkout.app().resolve("run.args");
    }

    private Path lib(String fingerprint) {
        return checkout.app().resolve("lib-" + fingerprint);
    }

    @Override
    public List<String> tools() {
        return List.of("mvn");
    }

    @Override
    public void make() throws IOException, InterruptedException, Trouble {
        Path source = checkout.build().resolve("source");
        mirror(Fingerprint.of(checkout.root()).files(), source);
        Fingerprint fingerprint = Fingerprint.of(source);
        Path scratch = Trees.empty(checkout.scratch("app"));
        Path jars = Files.createDirectories(scratch.resolve("jars"));

        dropStaleTargets(fingerprint, source);
        maven(source, jars, fingerprint);
        try (Stream<Path> top = Files.list(source.resolve(TOP).resolve("target"))) {
            for (Path jar : top.filter(path -> path.toString().endsWith(".jar")).toList()) {
                Trees.copy(jar, jars.resolve(jar.getFileName()));
            }
        }
        RecentClasses.writeJars(jars);
        JavaFx.separate(jars, jars.resolve("javafx"));
        Sqlite.unzipLibrary(jars, jars.resolve("sqlite"));

        Path lib = lib(fingerprint.whole());
        Trees.replace(jars, lib);
        Trees.write(checkout.app().resolve("run.args"), arguments(lib));
        new Stamp(checkout.stamp("app")).write(fingerprint.whole(), lib, Trees.files(lib));
        Trees.delete(scratch);
        dropOldBuilds(lib);
    }

    /** Makes {@code copy} hold exactly {@code files}, besides what Maven made there. */
    private void mirror(List<String> files, Path copy) throws IOException {
        Set<String> wanted = new LinkedHashSet<>(files);
        for (Path file : Trees.files(copy)) {
            String name = Trees.name(copy, file);
            if (!wanted.contains(name) && !name.matches("([^/]+/)?target/.*")) {
                Files.delete(file);
            }
        }
        for (String name : files) {
            Path from = checkout.root().resolve(name);
            Path to = copy.resolve(name);
            if (!Files.isRegularFile(to) || Files.mismatch(from, to) >= 0) {
                Trees.copy(from, to);
            }
        }
    }

    private static void dropStaleTargets(Fingerprint fingerprint, Path source) throws IOException {
        for (Map.Entry<String, String> module : fingerprint.modules().entrySet()) {
            Path target = source.resolve(module.getKey()).resolve("target");
            Path built = target.resolve("koine.fingerprint");
            if (!Files.isRegularFile(built) || !Files.readString(built).equals(module.getValue())) {
                Trees.delete(target);
            }
        }
    }

    private void maven(Path source, Path jars, Fingerprint fingerprint)
            throws IOException, InterruptedException, Trouble {
        List<String> begun = new ArrayList<>();
        List<String> errors = new ArrayList<>();
        Path log = checkout.log("build");
        try (Progress progress = new Progress(checkout.terminal(), "Building Koine")) {
            // The copy has no tests. Modules that lend test classes to others then lend empty jars.
            int code = new Tool(Tool.need("mvn"), source)
                    .with(
                            "-B",
                            "package",
                            "org.apache.maven.plugins:maven-dependency-plugin:copy-dependencies",
                            "-pl",
                            TOP,
                            "-am")
                    .with("-DskipTests", "-Dkoine.unchecked")
                    .with("-DincludeScope=runtime", "-DoutputDirectory=" + jars)
                    .onLine(line -> follow(line, progress, begun, errors))
                    .run(log);
            // A module is whole when the next one began, or all ended well; the next build keeps it.
            for (String module : code == 0 || begun.isEmpty() ? begun : begun.subList(0, begun.size() - 1)) {
                Path target = source.resolve(module).resolve("target");
                if (Files.isDirectory(target)) {
                    Trees.write(target.resolve("koine.fingerprint"), fingerprint.module(module));
                }
            }
            if (code == 0) {
                progress.done("done");
                return;
            }
        }
        if (Tool.blamesNetwork(log)) {
            throw new Trouble("Building Koine: Maven cannot reach the network for the libraries it needs; connect this"
                    + " computer and start again (only the first start needs a network).");
        }
        errors.stream().limit(12).forEach(System.err::println);
        throw new Trouble("Koine could not be built; all that Maven said is in "
                + checkout.root().relativize(log) + ".");
    }

    private static void follow(String line, Progress progress, List<String> begun, List<String> errors) {
        Matcher building = BUILDING.matcher(line);
        if (building.find()) {
            begun.add(building.group(1));
            progress.say(building.group(1) + " (" + building.group(2) + " of " + building.group(3) + ")");
        } else if (line.contains("Downloading from")) {
            progress.say("fetching " + line.substring(line.lastIndexOf('/') + 1));
        } else if (line.startsWith("[ERROR]")) {
            String error = line.replace("-> [Help 1]", "");
            if (!NOISE.matcher(error).find()) {
                errors.add(error);
            }
        }
    }

    /** What java is told before the main class; every path whole, so that it works from any folder. */
    private String arguments(Path lib) throws IOException {
        StringBuilder text = new StringBuilder();
        List<String> jars = classPath(lib).stream().map(Path::toString).toList();
        text.append("-cp\n").append(quoted(String.join(File.pathSeparator, jars)));
        text.append("--module-path\n").append(quoted(lib.resolve("javafx").toString()));
        for (String option : options(checkout.root())) {
            text.append(quoted(option));
        }
        text.append(quoted("-Dorg.sqlite.lib.path=" + lib.resolve("sqlite")));
        text.append(quoted("-Dkoine.bundle=" + checkout.bundle()));
        for (String option : StartCache.use(lib)) {
            text.append(quoted(option));
        }
        return text.toString();
    }

    /** The jars of {@code lib} but JavaFX's, which are modules. */
    static List<Path> classPath(Path lib) throws IOException {
        return Trees.files(lib).stream()
                .filter(path -> lib.equals(path.getParent()) && path.toString().endsWith(".jar"))
                .toList();
    }

    /** The options of setup/jvm.options. */
    static List<String> options(Path root) throws IOException {
        return Files.readAllLines(root.resolve("setup/jvm.options")).stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
    }

    private static String quoted(String argument) {
        return '"' + argument.replace("\\", "\\\\").replace("\"", "\\\"") + "\"\n";
    }

    /** Keeps the newest two besides the current one: a window that is still open may use them. */
    private void dropOldBuilds(Path current) throws IOException {
        try (Stream<Path> builds = Files.list(checkout.app())) {
            List<Path> old = builds.filter(path -> path.getFileName().toString().startsWith("lib-"))
                    .filter(path -> !path.equals(current))
                    .sorted(Comparator.comparingLong(
                                    (Path path) -> path.toFile().lastModified())
                            .reversed())
                    .toList();
            for (Path build : old.subList(Math.min(2, old.size()), old.size())) {
                Trees.delete(build);
            }
        }
    }
}
