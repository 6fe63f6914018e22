package koine.setup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import koine.setup.TrialCheckout.Result;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./koine} from a person's view: the real scripts, in a folder whose name has spaces and Arabic. */
class StartTest {
    @TempDir
    Path folder;

    private TrialCheckout checkout;

    @BeforeEach
    void lay_out_a_checkout() throws IOException {
        assumeFalse(Tool.windows(), "the scripts are for a POSIX shell; their .cmd twins are not tested");
        checkout = new TrialCheckout(folder);
    }

    @Nested
    class The_first_start {
        @Test
        void builds_and_fetches_what_is_missing_and_runs() throws Exception {
            Result result = checkout.koine("ask", "two words", "ما عاصمة فرنسا؟", "\"*$@'");

            assertEquals(
                    "",
                    String.join(
                            "\n",
                            result.errorLines().stream()
                                    .filter(line -> line.contains("rror"))
                                    .toList()));
            assertEquals(
                    List.of(
                            "first",
                            "[ask, two words, ما عاصمة فرنسا؟, \"*$@']",
                            checkout.root.resolve(".build/bundle").toString()),
                    result.out().lines().toList());
            assertEquals(0, result.code());
            assertTrue(result.err().contains("Building Koine"));
            assertTrue(result.err().contains("Native engine"));
            assertTrue(result.err().contains("Starter model"));
            assertEquals("the model", Files.readString(checkout.root.resolve(".build/bundle/models/model.gguf")));
            assertEquals("Apache", Files.readString(checkout.root.resolve(".build/bundle/models/model.gguf.LICENSE")));
            assertEquals(List.of("LICENSE", "libllama.so"), packFiles());
        }

        @Test
        void works_where_no_locale_is_set_where_it_is_C_and_where_it_is_not_installed() throws Exception {
            assertTrue(checkout.koine("سلام").out().contains("[سلام]"));
            checkout.environment("LC_ALL", "C");
            assertTrue(checkout.koine("سلام").out().contains("[سلام]"));
            checkout.environment("LC_ALL", "tlh_QO.UTF-8");
            assertTrue(checkout.koine("سلام").out().contains("[سلام]"));
        }

        @Test
        void names_every_missing_tool_in_one_sentence_before_it_does_anything() throws Exception {
            checkout.remove("npm");
            checkout.remove("python3");

            Result result = checkout.koine();

            assertEquals(1, result.code());
            assertEquals(1, result.errorLines().size(), result.err());
            assertTrue(result.err().startsWith("npm and pip are missing"), result.err());
            assertEquals(0, checkout.calls("mvn"));
        }

        @Test
        void says_when_the_network_cannot_be_reached() throws Exception {
            checkout.npm("echo 'npm error request to the registry failed, reason: getaddrinfo EAI_AGAIN' >&2; exit 1");

            Result result = checkout.koine();

            assertEquals(1, result.code());
            assertTrue(lastLine(result).contains("the network cannot be reached; connect this computer"), result.err());
            assertEquals("", result.out());

            checkout.npm("cp \"$WORK/pack.tgz\" \"$out/pack.tgz\"");
            checkout.python(
                    "echo 'Failed to establish a new connection: Temporary failure in name resolution'; exit 1");
            assertTrue(lastLine(checkout.koine()).contains("the network cannot be reached"));
        }

        @Test
        void says_when_Maven_cannot_reach_the_network() throws Exception {
            checkout.maven("echo '[ERROR] Could not transfer artifact x: Unknown host'; exit 1");

            Result result = checkout.koine();

            assertEquals(1, result.code());
            assertTrue(lastLine(result).contains("Maven cannot reach the network"), result.err());
        }

        @Test
        void repeats_the_last_words_of_a_tool_that_fails_for_another_reason() throws Exception {
            checkout.npm("echo 'npm error 404 no such package' >&2; exit 1");

            Result result = checkout.koine();

            assertEquals(1, result.code());
            assertTrue(
                    lastLine(result).contains("npm could not fetch it (npm error 404 no such package)"), result.err());
        }

        @Test
        void throws_away_an_engine_with_a_wrong_hash() throws Exception {
            Path other = Archives.tgz(folder.resolve("other.tgz"), Map.of("package/bins/any/libllama.so", "evil"));
            checkout.npm("cp '" + other + "' \"$out/pack.tgz\"");

            Result result = checkout.koine();

            assertEquals(1, result.code());
            assertTrue(lastLine(result).contains("its SHA-512 differs"), result.err());
            assertEquals(List.of(), packFiles());
            assertEquals("", result.out());
        }

        @Test
        void throws_away_a_model_with_a_wrong_hash() throws Exception {
            Path other = Archives.zip(folder.resolve("other.whl"), Map.of("starter/model.gguf", "evil"));
            checkout.python("cp '" + other + "' \"$out/model.whl\"");

            Result result = checkout.koine();

            assertEquals(1, result.code());
            assertTrue(lastLine(result).contains("its SHA-256 differs"), result.err());
            assertFalse(Files.exists(checkout.root.resolve(".build/bundle/models/model.gguf")));
        }

        @Test
        void refuses_an_engine_whose_archive_leads_out_of_its_folder() throws Exception {
            checkout.pack(Map.of("package/bins/../../../../evil.so", "evil"));

            Result result = checkout.koine();

            assertEquals(1, result.code());
            assertTrue(lastLine(result).contains("leads out of its folder"), result.err());
        }

        @Test
        void shows_what_the_compiler_said_and_runs_nothing_when_the_build_fails() throws Exception {
            checkout.maven("echo '[ERROR] Launcher.java:[3,1] missing return'; exit 1");

            Result result = checkout.koine();

            assertEquals(1, result.code());
            assertTrue(result.err().contains("[ERROR] Launcher.java:[3,1] missing return"), result.err());
            assertTrue(lastLine(result).contains(".build/log/build.log"), result.err());
            assertEquals("", result.out());
        }

        @Test
        void goes_on_where_one_that_failed_stopped() throws Exception {
            checkout.python("exit 1");
            assertEquals(1, checkout.koine().code());

            checkout.python("cp \"$WORK/model.whl\" \"$out/model.whl\"");
            assertEquals(0, checkout.koine().code());

            assertEquals(1, checkout.calls("mvn"));
            assertEquals(1, checkout.calls("npm"));
        }

        @Test
        void of_two_at_the_same_time_does_the_work_once_and_both_run() throws Exception {
            checkout.forgetCompiledSetup();
            var first = checkout.start("koine", "one");
            var second = checkout.start("koine", "two");

            assertEquals(
                    List.of("first", "[one]"),
                    TrialCheckout.finish(first).out().lines().limit(2).toList());
            assertEquals(
                    List.of("first", "[two]"),
                    TrialCheckout.finish(second).out().lines().limit(2).toList());
            assertEquals(1, checkout.calls("mvn"));
            assertEquals(1, checkout.calls("npm"));
        }
    }

    @Nested
    class A_later_start {
        @BeforeEach
        void start_once() throws Exception {
            assertEquals(0, checkout.koine().code());
        }

        @Test
        void calls_no_tool_and_says_nothing_of_its_own() throws Exception {
            checkout.remove("npm");
            checkout.remove("mvn");
            checkout.remove("python3");

            Result result = checkout.koine("again");

            assertEquals(0, result.code());
            assertEquals("", result.err());
            assertTrue(result.out().contains("[again]"));
        }

        @Test
        void never_runs_a_stale_build() throws Exception {
            checkout.write("ui/src/main/resources/answer.txt", "2nd..");
            assertTrue(checkout.koine().out().startsWith("2nd..\n"));

            checkout.maven("exit 1");
            checkout.write("ui/src/main/resources/answer.txt", "third");
            Result failed = checkout.koine();
            assertEquals(1, failed.code());
            assertEquals("", failed.out());

            checkout.write("ui/src/main/resources/answer.txt", "2nd..");
            assertTrue(checkout.koine().out().startsWith("2nd..\n"), "the build that was right before is right again");
        }

        @Test
        void builds_anew_when_a_source_file_came_or_went() throws Exception {
            Path added = checkout.write("ui/src/main/resources/more.txt", "more");
            checkout.koine();
            assertEquals(2, checkout.calls("mvn"));
            assertTrue(Files.exists(checkout.root.resolve(".build/source/ui/src/main/resources/more.txt")));

            Files.delete(added);
            checkout.write("ui/src/main/resources/other.txt", "other");
            checkout.koine();
            assertEquals(3, checkout.calls("mvn"));
            assertFalse(Files.exists(checkout.root.resolve(".build/source/ui/src/main/resources/more.txt")));
        }

        @Test
        void does_not_build_for_a_change_that_is_not_in_the_program() throws Exception {
            checkout.write("README.md", "new");
            checkout.write("ui/src/test/java/SomeTest.java", "new");
            checkout.koine();
            assertEquals(1, checkout.calls("mvn"));
        }

        @Test
        void fetches_a_damaged_engine_and_a_damaged_model_again() throws Exception {
            Path library = pack().resolve("libllama.so");
            Files.writeString(library, "librarY");
            checkout.write(".build/bundle/models/model.gguf", "thE model");

            Result result = checkout.koine();

            assertEquals(0, result.code());
            assertEquals("library", Files.readString(library));
            assertEquals("the model", Files.readString(checkout.root.resolve(".build/bundle/models/model.gguf")));
            assertEquals(2, checkout.calls("npm"));
        }

        @Test
        void hashes_files_it_remembers_nothing_about_and_keeps_them_when_they_are_right() throws Exception {
            Trees.delete(checkout.root.resolve(".build/stamps"));

            assertEquals(0, checkout.koine().code());

            assertEquals(1, checkout.calls("npm"));
        }

        @Test
        void repairs_a_build_that_lost_a_jar() throws Exception {
            for (Path file : Trees.files(checkout.root.resolve(".build/app"))) {
                if (file.endsWith("launcher.jar")) {
                    Files.delete(file);
                }
            }

            assertTrue(checkout.koine().out().startsWith("first\n"));
        }

        @Test
        void works_after_the_folder_was_moved() throws Exception {
            Path moved = folder.resolve("elsewhere");
            Files.move(checkout.root, moved);
            Files.createSymbolicLink(checkout.root, moved);

            Result result = checkout.koine();

            assertEquals(0, result.code(), result.err());
            assertTrue(result.out().contains(moved.resolve(".build/bundle").toString()), result.out());
        }
    }

    @Nested
    class Java {
        @Test
        void older_than_25_is_refused_by_name() throws Exception {
            Path old = folder.resolve("jdk-17");
            Files.createDirectories(old.resolve("bin"));
            for (String program : List.of("java", "javac")) {
                Path file = Files.writeString(old.resolve("bin").resolve(program), "#!/bin/sh\nexit 1\n");
                assertTrue(file.toFile().setExecutable(true));
            }
            Files.writeString(old.resolve("release"), "JAVA_VERSION=\"17.0.15\"\n");
            checkout.environment("KOINE_JAVA_HOME", old.toString());

            Result result = checkout.koine();

            assertEquals(1, result.code());
            assertEquals(1, result.errorLines().size(), result.err());
            assertTrue(result.err().contains("is not a JDK 25 or newer"), result.err());
        }

        @Test
        void without_a_compiler_is_refused() throws Exception {
            checkout.environment("KOINE_JAVA_HOME", folder.toString());

            assertEquals(1, checkout.koine().code());
        }

        @Test
        void is_found_by_JAVA_HOME() throws Exception {
            checkout.environment("KOINE_JAVA_HOME", "");
            checkout.environment("JAVA_HOME", System.getProperty("java.home"));

            assertEquals(0, checkout.koine().code());
        }
    }

    private Path pack() throws IOException {
        try (var packs = Files.list(checkout.root.resolve(".build/bundle/packs"))) {
            return packs.findFirst().orElseThrow();
        }
    }

    private List<String> packFiles() throws IOException {
        Path packs = checkout.root.resolve(".build/bundle/packs");
        return Trees.files(packs).stream()
                .map(file -> file.getFileName().toString())
                .toList();
    }

    private static String lastLine(Result result) {
        return result.errorLines().getLast();
    }
}
