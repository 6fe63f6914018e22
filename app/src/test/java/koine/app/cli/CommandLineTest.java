package koine.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import koine.app.chat.ScriptedEngines;
import koine.engine.client.ChatMessage;
import koine.engine.client.ChatResult.Finish;
import koine.i18n.Problem;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CommandLineTest {
    @TempDir
    Path home;

    private final ScriptedEngines paris = ScriptedEngines.saying("The capital ", "of France ", "is Paris.");

    private CommandLineRun line() {
        return new CommandLineRun(home, paris);
    }

    private JsonObject onlyConversation() {
        CommandLineRun list = line();
        assertEquals(0, list.run("conversations", "list", "--json"));
        assertEquals(1, list.json().getAsJsonArray().size(), list.out());
        CommandLineRun show = line();
        String id =
                list.json().getAsJsonArray().get(0).getAsJsonObject().get("id").getAsString();
        assertEquals(0, show.run("conversations", "show", id, "--json"));
        return show.json().getAsJsonObject();
    }

    @Nested
    class Ask {
        @Test
        void prints_the_answer_and_nothing_else_and_keeps_both() {
            CommandLineRun run = line();
            assertEquals(
                    0,
                    run.run("ask", "--temperature", "0", "--seed", "3", "--max-tokens", "9", "What is the capital?"));
            assertEquals("The capital of France is Paris.\n", run.out());
            assertEquals("", run.err());
            assertEquals(0.0, paris.requests.getFirst().sampling().temperature());
            assertEquals(3L, paris.requests.getFirst().sampling().seed());
            assertEquals(9, paris.requests.getFirst().maxTokens());
            JsonObject kept = onlyConversation();
            assertEquals("What is the capital?", kept.get("title").getAsString());
            assertEquals(2, kept.getAsJsonArray("messages").size());
        }

        @Test
        void prints_each_piece_when_it_comes() {
            CountDownLatch printed = new CountDownLatch(1);
            ScriptedEngines engines = new ScriptedEngines((request, listener, running) -> {
                listener.onText("first ");
                try {
                    assertTrue(printed.await(10, TimeUnit.SECONDS), "held back until the end");
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                listener.onText("second");
                return ScriptedEngines.result(Finish.STOP);
            });
            StringBuilder seen = new StringBuilder();
            CommandLineRun run = new CommandLineRun(home, engines).output(new OutputStream() {
                @Override
                public void write(int b) {
                    seen.append((char) b);
                    if (seen.toString().equals("first ")) {
                        printed.countDown();
                    }
                }
            });
            assertEquals(0, run.run("ask", "q"));
            assertEquals("first second\n", seen.toString());
        }

        @Test
        void takes_several_words_or_a_text_that_is_sent_to_it() {
            line().run("ask", "two", "words");
            line().input("\ufeffसवाल क्या है?\n").run("ask");
            line().input("sent").run("ask", "-");
            assertEquals(
                    List.of("two words", "सवाल क्या है?", "sent"),
                    paris.requests.stream()
                            .map(r -> r.messages().getFirst().content())
                            .toList());
        }

        @Test
        void gives_the_model_its_system_prompt_and_stores_the_wanted_language() {
            assertEquals(0, line().run("ask", "--system", "Be brief.", "--language", "ar", "q"));
            assertEquals(
                    List.of(new ChatMessage("system", "Be brief."), new ChatMessage("user", "q")),
                    paris.requests.getFirst().messages());
            JsonObject kept = onlyConversation();
            assertEquals("Be brief.", kept.get("system").getAsString());
            JsonArray messages = kept.getAsJsonArray("messages");
            assertEquals("ar", messages.get(1).getAsJsonObject().get("language").getAsString());
        }

        @Test
        void not_to_be_saved_leaves_nothing() {
            CommandLineRun run = line();
            assertEquals(0, run.run("ask", "--no-save", "q"));
            assertEquals("The capital of France is Paris.\n", run.out());
            assertFalse(Files.exists(home.resolve("koine.db")));
        }

        @Test
        void as_json_is_one_line_for_each_event() {
            CommandLineRun run = line();
            assertEquals(0, run.run("ask", "--json", "q"));
            List<JsonObject> events = run.events();
            assertEquals(
                    List.of("delta", "delta", "delta", "done"),
                    events.stream().map(e -> e.get("type").getAsString()).toList());
            assertEquals("of France ", events.get(1).get("text").getAsString());
            JsonObject done = events.getLast();
            assertEquals("complete", done.get("state").getAsString());
            assertEquals("stop", done.get("finish").getAsString());
            assertEquals(3, done.getAsJsonObject("timings").get("answerTokens").getAsInt());
            assertEquals(
                    onlyConversation().get("id").getAsString(),
                    done.get("conversationId").getAsString());
        }

        @Test
        void whose_engine_dies_says_so_in_one_sentence_and_keeps_the_part() {
            ScriptedEngines dying = new ScriptedEngines((request, listener, running) -> {
                listener.onText("a part");
                throw running.die();
            });
            CommandLineRun run = new CommandLineRun(home, dying);
            assertEquals(5, run.run("ask", "q"));
            assertEquals("a part\n", run.out());
            assertTrue(run.err().strip().endsWith("(KOINE-E201)"), run.err());
            assertEquals(1, run.err().lines().count());
            assertEquals(List.of("complete", "interrupted"), states());
        }

        @Test
        void whose_engine_dies_ends_its_json_with_an_error_event() {
            ScriptedEngines dying = new ScriptedEngines((request, listener, running) -> {
                listener.onText("a part");
                throw running.die();
            });
            CommandLineRun run = new CommandLineRun(home, dying);
            assertEquals(5, run.run("ask", "--json", "q"));
            assertEquals(
                    List.of("delta", "error"),
                    run.events().stream().map(e -> e.get("type").getAsString()).toList());
            assertEquals("KOINE-E201", run.events().getLast().get("code").getAsString());
        }

        @Test
        void ends_within_half_a_second_of_ctrl_c_and_keeps_the_part_as_interrupted() throws Exception {
            CountDownLatch streaming = new CountDownLatch(1);
            ScriptedEngines endless = new ScriptedEngines((request, listener, running) -> {
                listener.onText("for ever");
                streaming.countDown();
                return ScriptedEngines.result(running.cancelledWithin(30_000) ? Finish.CANCELLED : Finish.STOP);
            });
            CommandLineRun run = new CommandLineRun(home, endless);
            int[] exit = new int[1];
            Thread running = Thread.ofPlatform().start(() -> exit[0] = run.run("ask", "q"));
            assertTrue(streaming.await(20, TimeUnit.SECONDS));
            long start = System.nanoTime();
            run.interrupt();
            running.join();
            long millis = (System.nanoTime() - start) / 1_000_000;
            assertEquals(130, exit[0]);
            assertTrue(millis < 500, millis + " ms");
            assertEquals("for ever\n", run.out());
            assertEquals(List.of("complete", "interrupted"), states());
        }

        @Test
        void ends_quietly_when_nobody_reads_its_output_any_more() {
            ScriptedEngines endless = new ScriptedEngines((request, listener, running) -> {
                for (int i = 0; i < 1000 && !running.cancelledWithin(1); i++) {
                    listener.onText("word ");
                }
                return ScriptedEngines.result(running.cancelledWithin(1) ? Finish.CANCELLED : Finish.STOP);
            });
            CommandLineRun run = new CommandLineRun(home, endless).output(new OutputStream() {
                private int written;

                @Override
                public void write(int b) throws IOException {
                    if (++written > 20) {
                        throw new IOException("Broken pipe");
                    }
                }
            });
            assertEquals(0, run.run("ask", "q"));
            assertEquals("", run.err());
            assertEquals(List.of("complete", "interrupted"), states());
        }

        @ParameterizedTest
        @ValueSource(strings = {"ask q", "models list", "models list --json"})
        void fails_when_what_it_prints_cannot_be_kept(String command) {
            CommandLineRun run = line().toFile().output(new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                    throw new IOException("No space left on device");
                }
            });
            assertEquals(1, run.run(command.split(" ")));
            assertTrue(run.err().contains("(KOINE-A128)"), run.err());
        }

        @Test
        void lets_no_model_command_the_terminal() {
            CommandLineRun run = new CommandLineRun(home, ScriptedEngines.saying("red\u001b[31m\u0007 text"));
            run.run("ask", "q");
            assertEquals("red[31m text\n", run.out());
        }

        @Test
        void shows_progress_on_a_screen_only_and_clears_it() {
            CommandLineRun run = line().atTerminal();
            assertEquals(0, run.run("ask", "q"));
            assertTrue(run.err().contains("50%"), run.err());
            assertTrue(run.err().endsWith("\r"), run.err());
            assertEquals("The capital of France is Paris.\n", run.out());
        }

        @Test
        void that_could_not_be_asked_leaves_no_conversation_behind() {
            ScriptedEngines refusing = new ScriptedEngines((request, listener, running) -> {
                throw new Problem("KOINE-E202", Map.of("promptTokens", 9000, "contextTokens", 8192));
            });
            for (int i = 0; i < 2; i++) {
                CommandLineRun run = new CommandLineRun(home, refusing);
                assertEquals(5, run.run("ask", "far too long"));
                assertTrue(run.err().endsWith("(KOINE-E202)\n"), run.err());
            }
            CommandLineRun list = line();
            assertEquals(0, list.run("conversations", "list", "--json"));
            assertEquals(0, list.json().getAsJsonArray().size(), list.out());
        }

        @Test
        void whose_engine_dies_before_the_answer_keeps_the_question() {
            ScriptedEngines dying = new ScriptedEngines((request, listener, running) -> {
                throw running.die();
            });
            assertEquals(5, new CommandLineRun(home, dying).run("ask", "q"));
            assertEquals(List.of("complete", "failed"), states());
        }

        private List<String> states() {
            return onlyConversation().getAsJsonArray("messages").asList().stream()
                    .map(m -> m.getAsJsonObject().get("state").getAsString())
                    .toList();
        }
    }

    @Nested
    class What_is_wrong {
        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "ask --frobnicate q | KOINE-A101 | 2",
                    "frobnicate | KOINE-A101 | 2",
                    "ask q --model | KOINE-A102 | 2",
                    "conversations show | KOINE-A103 | 2",
                    "screenshot | KOINE-A103 | 2",
                    "ask --temperature warm q | KOINE-A104 | 2",
                    "ask --temperature -1 q | KOINE-A104 | 2",
                    "ask --temperature NaN q | KOINE-A104 | 2",
                    "ask --max-tokens 0 q | KOINE-A104 | 2",
                    "ask --language not_a_tag! q | KOINE-A125 | 2",
                    "ask --language xx q | KOINE-A125 | 2",
                    "ask --language arabic q | KOINE-A125 | 2",
                    "models list --language de | KOINE-A125 | 2",
                    "serve --token 0123456789abcdef --token-file f | KOINE-A126 | 2",
                    "models show nowhere.gguf | KOINE-A122 | 4",
                    "serve --port 65536 | KOINE-A104 | 2",
                    "serve --port http | KOINE-A104 | 2",
                    "serve --model nowhere.gguf | KOINE-A122 | 4",
                    "screenshot chat --out x.png --size big | KOINE-A104 | 2",
                    "screenshot chat --state cellar --out x.png | KOINE-A104 | 2",
                    "ask --layer nowhere q | KOINE-M104 | 4",
                    "ask --seed 1 --seed 2 q | KOINE-A105 | 2",
                    "ask - | KOINE-A106 | 2",
                    "screenshot cellar --out x.png | KOINE-A107 | 2",
                    "models | KOINE-A108 | 2",
                    "ask --model nowhere q | KOINE-M101 | 4",
                    "conversations show nowhere | KOINE-C101 | 4",
                    "chat --continue nowhere | KOINE-C101 | 4"
                })
        void is_said_in_one_sentence_with_its_code_in_every_language(String args, String code, int exit) {
            for (String language : List.of("en", "ar", "hi")) {
                List<String> all = new java.util.ArrayList<>(List.of(args.split(" ")));
                if (!args.contains("--language")) {
                    all.addFirst(language);
                    all.addFirst("--language");
                }
                CommandLineRun run = line();
                assertEquals(exit, run.run(all.toArray(String[]::new)), args + ": " + run.err());
                assertTrue(run.err().strip().endsWith("(" + code + ")"), args + ": " + run.err());
                assertEquals(1, run.err().lines().count(), run.err());
                assertEquals("", run.out());
            }
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "serve --port 65536 | 65536 is not | from 0 to 65535",
                    "serve --port http | http is not | from 0 to 65535",
                    "ask --temperature -1 q | -1 is not | from 0 to 100",
                    "ask --temperature NaN q | NaN is not | from 0 to 100",
                    "ask --max-tokens 0 q | 0 is not | from 1 to 2147483647",
                    "ask --context 255 q | 255 is not | from 256 to",
                    "ask --seed 1.5 q | 1.5 is not | a whole number from 0",
                    "ask --max-tokens 99999999999 q | 99999999999 is not | to 2147483647",
                    "ask --seed -7 q | -7 is not | from 0 to",
                    "ask --think maybe q | maybe is not | on, off",
                    "ask --layer a=2.1 q | 2.1 is not | from 0 to 2",
                    "bench --parallel 65 | 65 is not | from 1 to 64",
                    "screenshot chat --out x.png --theme blue | blue is not | light, dark",
                    "screenshot chat --out x.png --size big | big is not | 1100x760",
                    "engine render f c --now noon | noon is not | 2026-11-22T10:00"
                })
        void with_a_value_names_what_was_typed_and_what_the_option_takes(String args, String typed, String takes) {
            CommandLineRun run = line();
            assertEquals(2, run.run(args.split(" ")), args);
            assertTrue(run.err().startsWith(typed), run.err());
            assertTrue(run.err().contains(takes), run.err());
        }

        @Test
        void with_a_language_names_those_there_are() {
            CommandLineRun run = line();
            assertEquals(2, run.run("ask", "--language", "xx", "q"));
            assertTrue(run.err().contains("en (English), ar (العربية), hi (हिन्दी)"), run.err());
            assertEquals(0, line().run("ask", "--language", "sw", "q"), "an answer may be in any language");
            assertEquals(0, line().run("ask", "--language", "mai-Deva-IN", "q"), "also in one with three letters");
            assertEquals(0, line().run("models", "list", "--language", "ar-EG"));
        }

        @Test
        void is_an_event_too_when_the_output_is_json() {
            CommandLineRun run = line();
            assertEquals(4, run.run("ask", "--json", "--model", "nowhere", "q"));
            assertEquals("error", run.events().getFirst().get("type").getAsString());
            assertEquals("KOINE-M101", run.events().getFirst().get("code").getAsString());
        }

        @Test
        void with_the_profile_is_said_too() throws IOException {
            Files.writeString(home.resolve("koine.db"), "not a database, and not to be overwritten");
            CommandLineRun run = line();
            assertEquals(1, run.run("conversations", "list"));
            assertTrue(run.err().contains("KOINE-C102"), run.err());
            assertEquals("not a database, and not to be overwritten", Files.readString(home.resolve("koine.db")));
        }

        @Test
        void with_the_settings_is_told_beside_the_result() throws IOException {
            Files.writeString(home.resolve("settings.json"), "{{{");
            CommandLineRun run = line();
            assertEquals(0, run.run("ask", "q"));
            assertEquals("The capital of France is Paris.\n", run.out());
            assertTrue(run.err().contains("KOINE-A113"), run.err());
        }
    }

    @Nested
    class Help {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "ask",
                    "chat",
                    "models",
                    "models list",
                    "models show",
                    "models layers",
                    "conversations",
                    "conversations list",
                    "conversations show",
                    "doctor",
                    "bench",
                    "screenshot"
                })
        void is_there_for_every_command_in_every_language_and_shows_no_key(String command) {
            for (Map.Entry<String, String> heading :
                    Map.of("en", "Options:", "ar", "الخيارات:", "hi", "विकल्प:").entrySet()) {
                CommandLineRun run = line();
                String args = (command + " --help --language " + heading.getKey()).strip();
                assertEquals(0, run.run(args.split(" ")), run.err());
                assertTrue(run.out().contains(heading.getValue()), run.out());
                assertTrue(run.out().contains("koine" + (command.isEmpty() ? "" : " " + command)), run.out());
                assertFalse(run.out().contains("cli."), run.out());
                assertEquals("", run.err());
            }
        }

        @Test
        void is_in_the_language_that_was_chosen_in_the_settings() throws IOException {
            Files.writeString(home.resolve("settings.json"), "{\"language\": \"hi\"}");
            CommandLineRun run = line();
            run.run("--help");
            assertTrue(run.out().contains("विकल्प:"), run.out());
        }

        @Test
        void tells_the_version() {
            CommandLineRun run = line();
            assertEquals(0, run.run("--version"));
            assertEquals("Koine 1.2.3\n", run.out());
        }
    }

    @Nested
    class Conversations {
        @Test
        void are_listed_the_latest_first_with_their_shape() {
            line().run("ask", "first question");
            line().run("ask", "second question");
            CommandLineRun run = line();
            assertEquals(0, run.run("conversations", "list", "--json"));
            JsonObject latest = run.json().getAsJsonArray().get(0).getAsJsonObject();
            assertEquals("second question", latest.get("title").getAsString());
            assertEquals(2, latest.get("messageCount").getAsInt());
            assertEquals("complete", latest.get("state").getAsString());
            assertTrue(Instant.parse(latest.get("updatedAt").getAsString()).isAfter(Instant.EPOCH));
            assertEquals(2, run.json().getAsJsonArray().size());
        }

        @Test
        void are_shown_with_every_field_of_their_messages() {
            line().run("ask", "q");
            JsonObject answer =
                    onlyConversation().getAsJsonArray("messages").get(1).getAsJsonObject();
            assertEquals("assistant", answer.get("role").getAsString());
            assertEquals(
                    "The capital of France is Paris.", answer.get("content").getAsString());
            assertEquals("complete", answer.get("state").getAsString());
            assertFalse(answer.get("model").isJsonNull());
            assertFalse(answer.get("parentId").isJsonNull());
            Instant.parse(answer.get("createdAt").getAsString());
        }

        @Test
        void line_up_in_columns_whatever_the_script() {
            line().run("ask", "日本語の質問");
            line().run("ask", "q");
            CommandLineRun run = line();
            assertEquals(0, run.run("conversations", "list"));
            List<String> lines = run.out().lines().toList();
            assertEquals(3, lines.size());
            assertTrue(lines.get(0).startsWith("Id "), run.out());
            assertTrue(lines.get(2).endsWith("日本語の質問"), run.out());
            assertEquals(
                    lines.get(0).indexOf("Title"),
                    lines.get(1).lastIndexOf("q"),
                    "columns do not line up:\n" + run.out());
        }

        @Test
        void none_is_said_in_words_and_is_an_empty_list_for_programs() {
            CommandLineRun words = line();
            assertEquals(0, words.run("conversations", "list"));
            assertEquals("There are no conversations yet.\n", words.out());
            CommandLineRun json = line();
            assertEquals(0, json.run("conversations", "list", "--json"));
            assertEquals(0, json.json().getAsJsonArray().size());
        }

        @Test
        void can_be_read_by_people() {
            line().run("ask", "q");
            String id = onlyConversation().get("id").getAsString();
            CommandLineRun run = line();
            assertEquals(0, run.run("conversations", "show", id));
            assertTrue(run.out().contains("The capital of France is Paris."), run.out());
            assertTrue(run.out().contains("You, "), run.out());
        }
    }

    @Nested
    class The_terminal_chat {
        @Test
        void answers_line_by_line_in_one_conversation() {
            CommandLineRun run = line().input("one\n\ntwo\n");
            assertEquals(0, run.run("chat"));
            assertEquals("The capital of France is Paris.\nThe capital of France is Paris.\n", run.out());
            assertEquals(4, onlyConversation().getAsJsonArray("messages").size());
            assertEquals(3, paris.requests.getLast().messages().size());
        }

        @Test
        void begins_anew_explains_itself_and_quits() {
            CommandLineRun run = line().input("one\n/new\ntwo\n/help\n/frob\n/quit\nnever asked\n")
                    .atTerminal();
            assertEquals(0, run.run("chat"));
            assertEquals(2, paris.requests.size());
            assertEquals(1, paris.requests.getLast().messages().size());
            assertTrue(run.out().contains("/new"), run.out());
            assertTrue(run.err().contains("/frob"), run.err());
        }

        @Test
        void says_through_a_pipe_too_what_is_no_command() {
            CommandLineRun run = line().input("/frob\n");
            assertEquals(0, run.run("chat"));
            assertTrue(run.err().contains("/frob"), run.err());
            assertEquals("", run.out());
        }

        @Test
        void goes_on_with_a_conversation() {
            line().run("ask", "first");
            String id = onlyConversation().get("id").getAsString();
            assertEquals(0, line().input("second\n").run("chat", "--continue", id));
            assertEquals(4, onlyConversation().getAsJsonArray("messages").size());
        }

        @Test
        void goes_on_after_an_answer_that_failed() {
            int[] count = {0};
            ScriptedEngines engines = new ScriptedEngines((request, listener, running) -> {
                listener.onText("words");
                if (count[0]++ == 0) {
                    throw running.die();
                }
                return ScriptedEngines.result(Finish.STOP);
            });
            CommandLineRun run = new CommandLineRun(home, engines).input("one\ntwo\n");
            assertEquals(0, run.run("chat"));
            assertTrue(run.err().contains("KOINE-E201"), run.err());
            assertEquals("words\nwords\n", run.out());
            assertEquals(4, onlyConversation().getAsJsonArray("messages").size());
        }

        @Test
        void stops_the_answer_at_ctrl_c_and_leaves_at_the_next() throws Exception {
            CountDownLatch streaming = new CountDownLatch(1);
            ScriptedEngines endless = new ScriptedEngines((request, listener, running) -> {
                listener.onText("for ever");
                streaming.countDown();
                return ScriptedEngines.result(running.cancelledWithin(30_000) ? Finish.CANCELLED : Finish.STOP);
            });
            try (PipedOutputStream keyboard = new PipedOutputStream()) {
                CountDownLatch stopped = new CountDownLatch(1);
                CommandLineRun run = new CommandLineRun(home, endless)
                        .input(new PipedInputStream(keyboard))
                        .output(new OutputStream() {
                            private String tail = "";

                            @Override
                            public void write(int b) {
                                tail += (char) b;
                                if (tail.endsWith("for ever\n> ")) {
                                    stopped.countDown();
                                }
                            }
                        })
                        .atTerminal();
                int[] exit = new int[1];
                Thread running = Thread.ofPlatform().start(() -> exit[0] = run.run("chat"));
                keyboard.write("q\n".getBytes(StandardCharsets.UTF_8));
                keyboard.flush();
                assertTrue(streaming.await(20, TimeUnit.SECONDS));
                run.interrupt();
                assertTrue(stopped.await(20, TimeUnit.SECONDS), "no prompt after the answer was stopped");
                run.interrupt();
                running.join();
                assertEquals(130, exit[0]);
                assertEquals(
                        List.of("Stopped. What had arrived is kept."),
                        run.err()
                                .lines()
                                .filter(line -> line.contains("Stopped"))
                                .toList());
            }
        }

        @ParameterizedTest
        @CsvSource({
            "ask q, Stopped before any of the answer had arrived. The question is kept.",
            "ask --no-save q, Stopped."
        })
        void is_honest_about_what_is_kept_when_nothing_had_arrived(String command, String said) throws Exception {
            CountDownLatch asked = new CountDownLatch(1);
            ScriptedEngines silent = new ScriptedEngines((request, listener, running) -> {
                asked.countDown();
                return ScriptedEngines.result(running.cancelledWithin(30_000) ? Finish.CANCELLED : Finish.STOP);
            });
            CommandLineRun run = new CommandLineRun(home, silent).atTerminal();
            int[] exit = new int[1];
            Thread running = Thread.ofPlatform().start(() -> exit[0] = run.run(command.split(" ")));
            assertTrue(asked.await(20, TimeUnit.SECONDS));
            run.interrupt();
            running.join();
            assertEquals(130, exit[0]);
            assertEquals(said, run.err().lines().toList().getLast().replaceFirst(".*\\r", ""));
        }

        @Test
        void is_what_opens_when_the_display_does_not_answer() {
            CommandLineRun run = line().input("q\n");
            run.desktop.available = true;
            run.desktop.refuses = true;
            assertEquals(0, run.run());
            assertEquals(1, run.err().lines().count(), run.err());
            assertEquals("The capital of France is Paris.\n", run.out());
        }

        @Test
        void is_what_opens_when_there_is_no_display() {
            CommandLineRun run = line().input("q\n");
            assertEquals(0, run.run());
            assertEquals(1, run.err().lines().count(), run.err());
            assertEquals("The capital of France is Paris.\n", run.out());
        }
    }

    @Test
    void without_a_command_the_window_opens_where_there_is_a_display() {
        CommandLineRun run = line();
        run.desktop.available = true;
        assertEquals(0, run.run());
        assertEquals(List.of("open"), run.desktop.calls);
    }

    @Test
    void the_window_opens_in_the_language_that_was_asked_for() {
        CommandLineRun run = line();
        run.desktop.available = true;
        assertEquals(0, run.run("--language", "ar"));
        assertEquals(List.of("open ar"), run.desktop.calls);
    }

    @Test
    void models_are_listed_with_their_shape_and_for_people() throws Problem {
        CommandLineRun json = line();
        assertEquals(0, json.run("models", "list", "--json"));
        JsonObject first = json.json().getAsJsonArray().get(0).getAsJsonObject();
        for (String field : List.of(
                "id", "system", "maker", "country", "languages", "architecture", "license", "status", "files")) {
            assertTrue(first.has(field), field);
        }
        CommandLineRun table = line();
        assertEquals(0, table.run("models", "list", "--language", "hi"));
        assertTrue(table.out().contains(first.get("id").getAsString()), table.out());
        assertTrue(table.out().startsWith("पहचान"), table.out());
    }

    @Test
    void the_doctor_tells_what_is_here() {
        CommandLineRun run = line();
        assertEquals(0, run.run("doctor", "--json"));
        JsonObject report = run.json().getAsJsonObject();
        for (String field : List.of("java", "pack", "devices", "memory", "dataFolder", "policy", "languages")) {
            assertTrue(report.has(field), field);
        }
        assertEquals(home.toString(), report.get("dataFolder").getAsString());
        assertEquals(3, report.getAsJsonArray("languages").size());
        JsonObject memory = report.getAsJsonObject("memory");
        assertTrue(memory.get("availableBytes").getAsLong() > 0);
        assertTrue(memory.get("totalBytes").getAsLong()
                >= memory.get("availableBytes").getAsLong());
        JsonObject pack = report.getAsJsonArray("packs").get(0).getAsJsonObject();
        assertEquals("usable", pack.get("outcome").getAsString());
        assertEquals(
                "PROCESSOR",
                pack.getAsJsonArray("devices")
                        .get(0)
                        .getAsJsonObject()
                        .get("kind")
                        .getAsString());
        CommandLineRun words = line();
        assertEquals(0, words.run("doctor", "--language", "ar"));
        assertTrue(words.out().contains("الذاكرة"), words.out());
    }

    @Test
    void a_measurement_is_printed_for_programs_and_for_people() {
        CommandLineRun run = line();
        assertEquals(0, run.run("bench", "--prompt", "30", "--generate", "4", "--repeat", "3", "--json"), run.err());
        JsonObject report = run.json().getAsJsonObject();
        for (String field : List.of("promptTokensPerSecond", "generationTokensPerSecond", "firstTokenMillis")) {
            assertTrue(report.get(field).getAsDouble() > 0, field);
        }
        assertEquals(30, report.get("firstTokenMillis").getAsDouble(), 1e-9);
        assertTrue(report.has("peakMemoryBytes"));
        assertFalse(report.get("pack").getAsString().isEmpty());
        assertFalse(report.get("device").getAsString().isEmpty());
        assertEquals(3, report.getAsJsonArray("repeats").size());
        CommandLineRun words = line();
        assertEquals(0, words.run("bench", "--prompt", "30", "--repeat", "1", "--language", "ar"));
        assertTrue(words.out().contains("الكتابة"), words.out());
        assertEquals("", words.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--prompt=0", "--generate=0", "--depth=-1", "--parallel=65", "--threads=-2", "--repeat=0"})
    void a_measurement_of_nothing_is_refused(String option) {
        CommandLineRun run = line();
        assertEquals(2, run.run("bench", option));
        assertTrue(run.err().contains("KOINE-A104"), run.err());
    }

    @Test
    void a_screenshot_is_drawn_as_asked() {
        CommandLineRun run = line();
        assertEquals(
                0,
                run.run(
                        "screenshot",
                        "chat",
                        "--language",
                        "ar",
                        "--theme",
                        "dark",
                        "--size",
                        "800x600",
                        "--out",
                        "a.png"));
        assertEquals(List.of("chat ARABIC true 800x600 a.png"), run.desktop.calls);
        CommandLineRun list = line();
        assertEquals(0, list.run("screenshot", "--list", "--json"));
        assertEquals(
                "chat",
                list.json()
                        .getAsJsonArray()
                        .get(0)
                        .getAsJsonObject()
                        .get("screen")
                        .getAsString());
    }

    @Nested
    class Thoughts_and_long_conversations {
        private final ScriptedEngines thinking = new ScriptedEngines((request, listener, running) -> {
            listener.onReasoning("hm, ");
            listener.onReasoning("Paris");
            listener.onText("Paris.");
            return ScriptedEngines.result(Finish.LENGTH);
        });

        @Test
        void thoughts_are_no_part_of_the_answer_and_a_limit_is_said_plainly() {
            CommandLineRun run = new CommandLineRun(home, thinking);
            assertEquals(0, run.run("ask", "q"));
            assertEquals("Paris.\n", run.out());
            assertTrue(run.err().contains("koine chat --continue "), run.err());
            JsonObject answer =
                    onlyConversation().getAsJsonArray("messages").get(1).getAsJsonObject();
            assertEquals("hm, Paris", answer.get("reasoning").getAsString());
            assertEquals("length", answer.get("finish").getAsString());
        }

        @Test
        void thoughts_are_events_of_their_own() {
            CommandLineRun run = new CommandLineRun(home, thinking);
            assertEquals(0, run.run("ask", "--json", "q"));
            assertEquals(
                    List.of("reasoning", "reasoning", "delta", "done"),
                    run.events().stream().map(e -> e.get("type").getAsString()).toList());
        }

        @Test
        void at_a_terminal_only_their_duration_is_told() {
            CommandLineRun run = new CommandLineRun(home, thinking).atTerminal();
            assertEquals(0, run.run("ask", "q"));
            assertEquals("Paris.\n", run.out());
            assertTrue(run.err().contains("Thought for 1\u00a0second"), run.err());
            assertFalse(run.err().contains("hm, "), run.err());
        }

        @Test
        void thinking_is_on_or_off() {
            CommandLineRun run = line();
            assertEquals(2, run.run("ask", "--think", "maybe", "q"));
            assertTrue(run.err().contains("KOINE-A104"), run.err());
        }
    }

    @Nested
    class Somebody_who_mistypes {
        @ParameterizedTest
        @CsvSource({
            "aks,ask",
            "chta,chat",
            "modles,models",
            "aks --model x q,ask",
            "models lst,list",
            "serve --prot 3,--port",
            "serve --prot=3,--port",
            "ask --temp 0 q,--temperature",
            "conversations list --jsn,--json",
            "models list --langauge ar,--language"
        })
        void is_asked_what_was_meant(String typed, String meant) {
            CommandLineRun run = line();
            assertEquals(2, run.run(typed.split(" ")));
            assertTrue(run.err().contains("Did you mean " + meant), run.err());
        }

        @Test
        void gets_help_without_dashes() {
            CommandLineRun run = line();
            assertEquals(0, run.run("help", "ask"));
            assertTrue(run.out().contains("--max-tokens"), run.out());
        }

        @Test
        void a_path_that_leads_nowhere_is_said_to() {
            CommandLineRun run = line();
            assertEquals(4, run.run("ask", "--model", "/nowhere/model.gguf", "q"));
            assertTrue(run.err().contains("KOINE-A122"), run.err());
        }
    }
}
