package koine.engine.client;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import koine.engine.llama.Device;
import koine.engine.process.ProbeMain;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries a native pack in a short-lived process: a driver that crashes or hangs takes that one with it, not an answer.
 * Blocks for as long as that takes, mostly half a second. Threads may probe at the same time.
 */
public final class PackProbe {
    /** Windows' scanners read every library before it is loaded. */
    private static final Duration USUAL_LIMIT =
            Duration.ofSeconds(System.getProperty("os.name").startsWith("Windows") ? 90 : 30);

    private static final Duration AFTER_THE_END = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(PackProbe.class);

    private final Duration limit;

    public PackProbe() {
        this(USUAL_LIMIT);
    }

    PackProbe(Duration limit) {
        this.limit = limit;
    }

    /** How it went. */
    public enum Outcome {
        /** It loads, and at least one of its devices can compute. */
        USABLE,
        /** It cannot be loaded: a library is missing, damaged or for another computer. */
        REFUSED,
        /** The process died. */
        CRASHED,
        /** The process did not come to an end. */
        HUNG
    }

    /**
     * @param devices what it found; empty when it did not come so far
     * @param tried the device that was being tried when it died or hung; null when it was the load
     * @param detail why it was refused, for a programmer, without a path; null otherwise
     * @param exitCode of the process, 128 and more by a signal; 0 when it was ended by us
     */
    public record Result(
            Outcome outcome,
            List<Device> devices,
            @Nullable String tried,
            @Nullable String detail,
            int exitCode) {}

    /**
     * @throws IOException when the process cannot be started
     * @throws InterruptedException with the process ended
     */
    public Result probe(Path pack) throws IOException, InterruptedException {
        ProcessBuilder builder = ChildJava.program(ProbeMain.class.getName(), List.of());
        builder.redirectError(ProcessBuilder.Redirect.DISCARD); // what drivers print names the user's folders
        // not where the person happens to be: Windows looks there for libraries that are missing
        builder.directory(new File(System.getProperty("java.home")));
        Process process = builder.start();
        Listener listener = new Listener(process);
        OutputStream in = process.getOutputStream();
        try {
            Thread reader = Thread.ofPlatform().name("koine-probe").daemon().start(listener);
            ask(in, pack);
            boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                end(process);
            }
            reader.join(AFTER_THE_END); // the stream ends with the process, if no child of a driver has it
            return listener.result(ended ? process.exitValue() : 0, !ended);
        } finally {
            process.destroyForcibly();
            close(in);
        }
    }

    /** What the process did not read before it died is still to be written, and cannot be. */
    private static void close(OutputStream in) {
        try {
            in.close();
        } catch (IOException e) {
            LOG.debug("a probe had ended before it was asked");
        }
    }

    private static void ask(OutputStream in, Path pack) {
        try {
            in.write((new Gson().toJson(pack.toAbsolutePath().toString()) + "\n").getBytes(StandardCharsets.UTF_8));
            in.flush();
        } catch (IOException e) {
            // it has died: how, its exit code tells
        }
    }

    /** One that is inside a driver in the system's kernel may not even be killed: it is not waited for for ever. */
    private static void end(Process process) throws InterruptedException {
        process.destroyForcibly().waitFor(AFTER_THE_END.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What the process tells, on a thread that reads it. */
    private static final class Listener implements Runnable {
        private final Process process;
        private final List<Device> devices = new ArrayList<>();
        private @Nullable String tried;
        private @Nullable String refused;
        private boolean done;

        Listener(Process process) {
            this.process = process;
        }

        @Override
        public void run() {
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    int at = line.indexOf(ProbeMain.MARK); // a driver may have begun the line
                    if (at >= 0) {
                        hear(new Gson().fromJson(line.substring(at + ProbeMain.MARK.length()), JsonObject.class));
                    }
                }
            } catch (IOException | JsonParseException e) {
                done = false; // then it has died, or what it says makes no sense
            }
        }

        private synchronized void hear(JsonObject told) {
            if (told.has("trying")) {
                tried = told.get("trying").getAsString();
            } else if (told.has("device")) {
                devices.add(new Gson().fromJson(told.get("device"), Device.class));
            } else if (told.has("refused")) {
                refused = told.get("refused").getAsString();
            } else {
                done = told.has("done");
            }
        }

        synchronized Result result(int exitCode, boolean hung) {
            if (hung && !done && refused == null) {
                return new Result(Outcome.HUNG, List.of(), tried, null, 0);
            }
            if (refused != null) {
                return new Result(Outcome.REFUSED, List.of(), null, refused, exitCode);
            }
            if (!done) {
                return new Result(Outcome.CRASHED, List.of(), tried, null, exitCode);
            }
            boolean usable = devices.stream().anyMatch(Device::starts);
            return new Result(
                    usable ? Outcome.USABLE : Outcome.REFUSED,
                    List.copyOf(devices),
                    null,
                    usable ? null : "none of its devices starts",
                    exitCode);
        }
    }
}
