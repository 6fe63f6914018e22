package koine.engine.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Client processes of a test, ended with it. */
final class Clients implements AutoCloseable {
    private final List<Client> clients = new ArrayList<>();

    /** One of them. */
    static final class Client {
        final Process process;
        private final PrintStream in;
        private final BufferedReader out;

        private Client(Process process) {
            this.process = process;
            in = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
            out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        }

        void ask(String question) {
            in.println(question);
        }

        String line() throws IOException {
            String line = out.readLine();
            if (line == null) {
                throw new AssertionError("the client ended");
            }
            return line;
        }

        long enginePid() throws IOException {
            String line = line();
            if (!line.startsWith("pid ")) {
                throw new AssertionError(line);
            }
            return Long.parseLong(line.substring("pid ".length()));
        }
    }

    /** @param prefix a command to run it under; usually none */
    Client start(List<String> prefix, Path runtime, Path logs, Path model, Path pack, String mainClass)
            throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                ClientMain.class.getName(),
                runtime.toString(),
                logs.toString(),
                model.toString(),
                pack.toString(),
                mainClass));
        Client client = new Client(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
        clients.add(client);
        return client;
    }

    @Override
    public void close() {
        for (Client client : clients) {
            client.process.destroyForcibly();
            try {
                client.process.waitFor(5, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
