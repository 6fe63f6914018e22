package koine.engine.client;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import koine.engine.process.BrokerFile;
import koine.net.LoopbackClient;
import koine.net.LoopbackResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Somebody's engine process, found through its broker file. */
final class RunningEngine {
    private static final Logger LOG = LoggerFactory.getLogger(RunningEngine.class);
    private static final Duration ANSWER = Duration.ofSeconds(1);
    private static final int END_SECONDS = 8;
    private static final int MAX_BODY = 64 * 1024;

    private final BrokerFile broker;
    private final LoopbackClient client;

    private RunningEngine(BrokerFile broker) {
        this.broker = broker;
        this.client = new LoopbackClient(broker.address(), ANSWER, ANSWER);
    }

    /** All whose process is there and can be reached from here. */
    static List<RunningEngine> in(Path runtimeFolder) throws IOException {
        List<RunningEngine> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(runtimeFolder, "engine-*.json")) {
            for (Path file : files) {
                BrokerFile broker = BrokerFile.read(file);
                if (broker != null && broker.plausible()) {
                    found.add(new RunningEngine(broker));
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return found;
    }

    long pid() {
        return broker.pid();
    }

    long needBytes() {
        return broker.needBytes();
    }

    /** Whose memory it takes; empty for none. */
    String device() {
        return broker.device();
    }

    long deviceBytes() {
        return broker.deviceBytes();
    }

    /** @param unused since its last request */
    record Use(boolean busy, Duration unused) {}

    /** @return null when it does not say */
    @Nullable
    Use use() {
        try {
            JsonObject json = ask("GET", "/koine/status", 200);
            return json == null
                    ? null
                    : new Use(
                            json.get("busy").getAsBoolean(),
                            Duration.ofMillis(json.get("unusedMillis").getAsLong()));
        } catch (IOException | JsonParseException | IllegalStateException | NullPointerException e) {
            LOG.info("an engine does not say what it does: {}", e.getClass().getSimpleName());
            return null;
        }
    }

    /** Asks it to end, unless it is at work, and waits until it has. @return whether it has */
    boolean end() throws InterruptedException {
        try {
            if (ask("POST", "/koine/unload", 200) == null) {
                return false;
            }
        } catch (IOException | JsonParseException | IllegalStateException e) {
            LOG.info("an engine does not end: {}", e.getClass().getSimpleName());
            return false;
        }
        ProcessHandle process = ProcessHandle.of(broker.pid()).orElse(null);
        if (process == null) {
            return true;
        }
        try {
            process.onExit().get(END_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }

    private @Nullable JsonObject ask(String method, String target, int expected) throws IOException {
        Map<String, String> headers = Map.of("Authorization", "Bearer " + broker.token());
        byte[] body = method.equals("POST") ? new byte[0] : null;
        try (LoopbackResponse response = client.send(method, target, headers, body)) {
            String text = new String(response.readBody(MAX_BODY), StandardCharsets.UTF_8);
            return response.status() == expected ? JsonParser.parseString(text).getAsJsonObject() : null;
        }
    }
}
