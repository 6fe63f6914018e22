package koine.engine.process;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import koine.engine.llama.Devices;
import koine.engine.llama.ffm.PackException;
import koine.engine.llama.ffm.ProcessEnd;

/**
 * Main class of the process that tries a native pack; started by {@code koine.engine.client.PackProbe}. The pack's folder
 * comes as a line of standard input, as JSON. Each line of standard output that begins with {@link #MARK} is JSON of what
 * is found; a driver may print others. It ends with whoever wanted to know: when its input ends, on Windows, where
 * libraries may wait for somebody who reads the input, when its parent does.
 */
public final class ProbeMain {
    /** No driver's chatter begins like this. */
    public static final String MARK = "koine-probe ";

    private static final int DONE = 0;
    private static final int REFUSED = 1;
    private static final int NOBODY_ASKS = 2;
    private static final int MAX_LINE = 64 * 1024;

    private ProbeMain() {}

    public static void main(String[] arguments) {
        Signals.ignore("INT", "HUP");
        PrintStream out = System.out;
        ProcessEnd end = ProcessEnd.prepared(); // a driver that hangs while it is loaded holds what binding needs
        int code;
        try {
            Path pack = Path.of(new Gson().fromJson(line(System.in), String.class));
            endWithOwner(System.in, end);
            Devices.of(pack, name -> tell(out, Map.of("trying", name)))
                    .forEach(device -> tell(out, Map.of("device", device)));
            tell(out, Map.of("done", true));
            code = DONE;
        } catch (PackException e) {
            tell(out, Map.of("refused", String.valueOf(e.getMessage())));
            code = REFUSED;
        } catch (IOException | InvalidPathException e) {
            code = NOBODY_ASKS;
        }
        end(end, code);
    }

    /** Drivers hang in what they do at the end, too. */
    private static void end(ProcessEnd end, int code) {
        end.end(code);
        Runtime.getRuntime().halt(code);
    }

    private static void tell(PrintStream out, Map<String, ?> what) {
        byte[] line = (MARK + new Gson().toJson(what) + "\n").getBytes(StandardCharsets.UTF_8);
        out.write(line, 0, line.length);
        out.flush();
    }

    private static String line(InputStream in) throws IOException {
        byte[] line = new byte[MAX_LINE];
        int length = 0;
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0 || length == line.length) {
                throw new IOException("no line");
            }
            line[length++] = (byte) next;
        }
        return new String(line, 0, length, StandardCharsets.UTF_8);
    }

    private static void endWithOwner(InputStream in, ProcessEnd end) {
        if (System.getProperty("os.name").startsWith("Windows")) {
            Optional<ProcessHandle> parent = ProcessHandle.current().parent();
            CompletableFuture<?> _ = (parent.isPresent()
                            ? parent.get().onExit()
                            : CompletableFuture.completedFuture(null))
                    .thenRun(() -> end(end, NOBODY_ASKS));
            return;
        }
        Thread.ofPlatform().name("koine-probe-input").daemon().start(() -> {
            try {
                while (in.read() >= 0) {
                    // nothing more is said
                }
            } catch (IOException e) {
                // as its end
            }
            end(end, NOBODY_ASKS);
        });
    }
}
