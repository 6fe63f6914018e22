package koine.app.conversations;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Another process that uses the same file; started by tests, which may kill it at any moment. */
final class WritingProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;

    private WritingProcess(Process process) {
        this.process = process;
        this.out = process.inputReader(StandardCharsets.UTF_8);
    }

    /** @param job {@code stream} (one answer, a word every 10 ms, for ever) or {@code turns} (twenty whole turns) */
    static WritingProcess start(Path file, String job) throws IOException {
        return new WritingProcess(new ProcessBuilder(List.of(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        WritingProcess.class.getName(),
                        file.toString(),
                        job))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    String line() throws IOException {
        String line = out.readLine();
        if (line == null) {
            throw new IOException("the process ended");
        }
        return line;
    }

    void kill() {
        process.destroyForcibly().onExit().join();
    }

    int exitCode() throws InterruptedException {
        return process.waitFor();
    }

    @Override
    public void close() {
        kill();
    }

    /** Says "asked ID" when the question is stored, then each word's number when the word has been handed over. */
    public static void main(String[] args) throws Exception {
        PrintStream out = System.out;
        try (SqliteConversationStore store = new SqliteConversationStore(Path.of(args[0]))) {
            if (args[1].equals("turns")) {
                for (int i = 0; i < 20; i++) {
                    ChatTurn turn = store.begin(null, "question " + i, null, "m", null, TurnChoices.NONE);
                    AnswerWriter answer = store.write(turn.answer());
                    answer.append("answer " + i);
                    answer.finish(MessageState.COMPLETE, null);
                }
                out.println("done");
                return;
            }
            ChatTurn turn = store.begin(null, "Will you remember this?", null, "m", null, TurnChoices.NONE);
            out.println("asked " + turn.conversation().id());
            AnswerWriter answer = store.write(turn.answer());
            for (int i = 0; ; i++) {
                answer.append(i + " ");
                out.println(i);
                Thread.sleep(10);
            }
        }
    }
}
