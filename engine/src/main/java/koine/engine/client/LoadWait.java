package koine.engine.client;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import koine.i18n.Problem;
import koine.net.LoopbackClient;
import koine.net.LoopbackResponse;
import org.jspecify.annotations.Nullable;

/** Waits until an engine has loaded its model, or says why it has not. */
final class LoadWait {
    private static final Duration WITHOUT_PROGRESS = Duration.ofMinutes(2);
    private static final int MAX_BODY = 64 * 1024;
    private static final long REFUSED_MILLIS = 50;

    private final LoopbackClient client;
    private final HttpEngineLease lease;
    private final String modelName;
    private final @Nullable Process started;
    private boolean failed;
    private boolean polled;
    private boolean failedBefore;
    private double progress = -1;
    private long lastProgress = System.nanoTime();

    LoadWait(LoopbackClient client, HttpEngineLease lease, String modelName, @Nullable Process started) {
        this.client = client;
        this.lease = lease;
        this.modelName = modelName;
        this.started = started;
    }

    /** Whether the engine said that it could not load its model. */
    boolean failed() {
        return failed;
    }

    /** Whether that had happened before this wait began. */
    boolean failedBefore() {
        return failedBefore;
    }

    void await(LoadListener listener) throws Problem, EngineGoneException {
        try {
            while (!ready(listener)) {
                if (System.nanoTime() - lastProgress > WITHOUT_PROGRESS.toNanos()) {
                    throw new Problem("KOINE-E105", Map.of("seconds", WITHOUT_PROGRESS.toSeconds()));
                }
                if (!lease.alive()) {
                    throw gone();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem("KOINE-E108", Map.of(), e);
        }
    }

    private boolean ready(LoadListener listener) throws Problem, InterruptedException, EngineGoneException {
        JsonObject health;
        // answered when there is news, or after a second: no asking again and again beside a load that needs the
        // processor
        String target = "/koine/load?seen=" + progress;
        try (LoopbackResponse response = client.send("GET", target, lease.access(), null)) {
            health = JsonParser.parseString(new String(response.readBody(MAX_BODY), StandardCharsets.UTF_8))
                    .getAsJsonObject();
        } catch (SocketTimeoutException e) {
            return false; // a machine short of memory stalls; only the wait for progress gives up
        } catch (IOException | JsonParseException | IllegalStateException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedException();
            }
            throw gone();
        }
        String status = text(health, "status");
        if (status.equals("failed")) {
            failed = true;
            failedBefore = !polled;
            throw problem(text(health, "type"));
        }
        if (!status.equals("ok") && !status.equals("loading")) {
            TimeUnit.MILLISECONDS.sleep(REFUSED_MILLIS); // too many ask at a time, or it is ending
        }
        polled = true;
        JsonElement fraction = health.get("progress");
        double now = status.equals("ok") ? 1 : fraction == null ? 0 : fraction.getAsDouble();
        if (now > progress) {
            progress = now;
            lastProgress = System.nanoTime();
            listener.onLoadProgress(now);
        }
        return status.equals("ok");
    }

    private Problem problem(String type) {
        return switch (type) {
            case "pack" -> new Problem("KOINE-E101", Map.of());
            case "damaged" -> new Problem("KOINE-E102", Map.of("file", modelName));
            case "unsupported" -> new Problem("KOINE-E109", Map.of("file", modelName));
            case "out_of_memory" -> new Problem("KOINE-E103", Map.of());
            case "device" -> new Problem("KOINE-E116", Map.of());
            case "missing" -> new Problem("KOINE-E106", Map.of("file", modelName));
            default -> new Problem("KOINE-E110", Map.of("file", modelName));
        };
    }

    private EngineGoneException gone() throws InterruptedException {
        return started == null ? new EngineGoneException(null) : EngineGoneException.of(started);
    }

    private static String text(JsonObject json, String name) {
        JsonElement value = json.get(name);
        return value == null ? "" : value.getAsString();
    }
}
