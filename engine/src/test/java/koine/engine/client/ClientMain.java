package koine.engine.client;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import koine.engine.memory.SystemMemory;
import koine.i18n.Problem;

/**
 * A client in a process of its own, as the window and the command line are. Acquires, prints {@code pid N}, then
 * answers each line of its input (a question) with what the engine says; ends with its input.
 */
public final class ClientMain {
    private ClientMain() {}

    /** @param arguments runtime folder, log folder, model, pack, main class of the engine */
    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        EngineBroker broker = new EngineBroker(
                Path.of(arguments[0]), Path.of(arguments[1]), List.of(), arguments[4], new SystemMemory());
        EngineSpec spec = new EngineSpec(Path.of(arguments[2]), Path.of(arguments[3]), 0);
        try (EngineLease lease = broker.acquire(spec, fraction -> {})) {
            out.println("pid " + lease.pid());
            int count = 0;
            for (String question = in.readLine(); question != null; question = in.readLine()) {
                String id = ProcessHandle.current().pid() + "-" + count++;
                StringBuilder text = new StringBuilder();
                ChatResult result = lease.engine()
                        .chat(
                                new ChatRequest(
                                        id,
                                        List.of(new ChatMessage("user", question)),
                                        new Sampling(0.0, null, null, null, null),
                                        null,
                                        null),
                                text::append);
                out.println(result.finish() + " " + text);
            }
        } catch (Problem e) {
            out.println("problem " + e.code());
        }
    }
}
