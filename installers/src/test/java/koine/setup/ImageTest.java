package koine.setup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The application image, made from this build's jars and run as on a computer that has nothing else. */
class ImageTest {
    private static final Path ROOT = Path.of(System.getProperty("koine.root"));
    private static final String QUESTION = "What is the capital of France? Answer in one sentence.";

    @TempDir
    static Path folder;

    private static Path image = Path.of("not made");

    @TempDir
    Path home;

    /** What a run of the image printed. */
    private record Answer(int code, String out, String err) {}

    @BeforeAll
    static void make_the_image() throws Exception {
        Checkout checkout = new Checkout(ROOT, false);
        NativePack pack = new NativePack(checkout);
        StarterModel starter = new StarterModel(checkout);
        assumeTrue(Files.isDirectory(pack.folder()), "needs the native pack, which ./check fetches");
        assumeTrue(Files.isRegularFile(starter.file()), "needs the starter model, which ./check fetches");
        Path jars = Path.of(System.getProperty("koine.lib"));
        assumeTrue(Files.isDirectory(jars), "needs the program's jars, which Maven's package phase makes");
        Path lib = folder.resolve("lib");
        Trees.copyTree(jars, lib);
        JavaFx.separate(lib, lib.resolve("javafx"));

        image = folder.resolve("my برامج/Koine");
        new Image(false, ROOT.resolve("installers/koine.sh"), folder.resolve("scratch"), folder.resolve("image.log"))
                .make(
                        lib,
                        Program.options(ROOT),
                        new Image.Bundle(
                                pack.folder(),
                                Stream.of(starter.file(), starter.license())
                                        .filter(Files::exists)
                                        .toList()),
                        image);
    }

    @BeforeEach
    void on_Linux_only() {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "the image is run on Linux only, so far");
    }

    @Test
    void answers_a_question_with_no_Java_and_no_network() throws Exception {
        Answer answer = run(withoutNetwork(), Map.of("LANG", "C.UTF-8"), "ask", "--temperature", "0", QUESTION);

        assertEquals("The capital of France is Paris.", answer.out().strip(), answer.err());
        assertEquals(0, answer.code());
    }

    @Test
    void understands_a_question_in_Arabic_where_no_locale_is_set() throws Exception {
        Answer asked = run(List.of(), Map.of(), "ask", "--max-tokens", "4", "ما عاصمة فرنسا؟");
        assertEquals(0, asked.code(), asked.err());

        Answer list = run(List.of(), Map.of(), "conversations", "list", "--json");
        assertTrue(list.out().contains("ما عاصمة فرنسا؟"), list.out() + list.err());
    }

    @Test
    void renders_a_screen_with_no_display_and_writes_only_its_own_data() throws Exception {
        Path picture = home.resolve("welcome.png");

        Answer answer = run(
                List.of(),
                Map.of("LANG", "C.UTF-8", "JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=/nonexistent"),
                "screenshot",
                "welcome",
                "--out",
                picture.toString());

        assertEquals(0, answer.code(), answer.err());
        assertTrue(Files.size(picture) > 1000);
        try (Stream<Path> files = Files.list(home)) {
            assertEquals(
                    List.of("koine", "welcome.png"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void ships_the_licences_of_what_it_bundles() throws IOException {
        Path bundle = Image.app(image).resolve("bundle");
        List<String> files = Trees.files(bundle).stream()
                .map(file -> file.getFileName().toString())
                .toList();

        assertTrue(files.contains("LICENSE"), files.toString());
        assertTrue(files.contains("SmolLM2-135M-Instruct.Q4_1.gguf.LICENSE"), files.toString());
        assertFalse(files.stream().anyMatch(name -> name.endsWith(".node")), files.toString());
    }

    /** A prefix that cuts the network off, where this computer permits that. */
    private static List<String> withoutNetwork() throws Exception {
        Path unshare = Tool.find("unshare").orElse(null);
        assumeTrue(unshare != null, "needs unshare to cut the network off");
        for (List<String> flags : List.of(List.of("-n"), List.of("-rn"))) {
            List<String> prefix = new ArrayList<>(List.of(String.valueOf(unshare)));
            prefix.addAll(flags);
            List<String> command = new ArrayList<>(prefix);
            command.add("true");
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (process.waitFor() == 0) {
                return prefix;
            }
        }
        assumeTrue(false, "needs the right to make a network namespace");
        return List.of();
    }

    /** Runs the image with an environment that has nothing of this computer's but what is named. */
    private Answer run(List<String> prefix, Map<String, String> environment, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(prefix);
        command.add(image.resolve("bin/koine").toString());
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out.txt");
        Path err = folder.resolve("err.txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().clear();
        builder.environment()
                .putAll(Map.of(
                        "PATH", "/nonexistent",
                        "HOME", home.toString(),
                        "KOINE_HOME", home.resolve("koine").toString()));
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertTrue(process.waitFor(3, TimeUnit.MINUTES), "the image did not answer");
        return new Answer(process.exitValue(), Files.readString(out), Files.readString(err));
    }
}
