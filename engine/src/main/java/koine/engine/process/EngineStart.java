package koine.engine.process;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Objects;
import koine.engine.llama.Offload;
import koine.engine.llama.Weights;
import koine.engine.speed.Speedup;
import org.jspecify.annotations.Nullable;

/**
 * What an engine process is told through its standard input, in one line: arguments and environment can be read by
 * others.
 *
 * @param token what its clients will bear
 * @param needBytes memory it is expected to take, 0 when unknown; told on, so that the next engine's start can count it
 * @param estimatedBytes the same before what was measured has corrected it; 0 when it is not to be measured
 * @param deviceBytes the same of a device with memory of its own
 */
public record EngineStart(
        String token,
        Path model,
        Path pack,
        EngineOptions options,
        long needBytes,
        long estimatedBytes,
        long deviceBytes,
        Path brokerFile) {
    /** The JSON of it: paths as text. What came later may be missing. */
    private record Line(
            @Nullable String token,
            @Nullable String model,
            @Nullable String pack,
            @Nullable Integer contextTokens,
            @Nullable Integer threads,
            @Nullable String kvType,
            @Nullable Integer slots,
            @Nullable Integer idleSeconds,
            @Nullable String device,
            @Nullable String deviceDescription,
            @Nullable Integer layers,
            @Nullable String weights,
            @Nullable String draft,
            @Nullable String snapshotFolder,
            @Nullable Long needBytes,
            @Nullable Long estimatedBytes,
            @Nullable Long deviceBytes,
            @Nullable String brokerFile) {}

    public int contextTokens() {
        return options.contextTokens();
    }

    /** Whose memory is taken, by its maker's name if that is known; empty for the processor alone. */
    String device() {
        Offload offload = options.offload();
        return offload == null ? "" : offload.name();
    }

    public String toJson() {
        Offload offload = options.offload();
        Speedup speedup = Objects.requireNonNullElse(options.speedup(), Speedup.NONE);
        return new Gson()
                .toJson(new Line(
                        token,
                        model.toString(),
                        pack.toString(),
                        options.contextTokens(),
                        options.threads(),
                        options.kvType(),
                        options.slots(),
                        options.idleSeconds(),
                        offload == null ? null : offload.device(),
                        offload == null ? null : offload.description(),
                        offload == null ? null : offload.layers(),
                        speedup.weights().word(),
                        text(speedup.draft()),
                        text(options.snapshotFolder()),
                        needBytes,
                        estimatedBytes,
                        deviceBytes,
                        brokerFile.toString()));
    }

    /** @throws IllegalArgumentException when something is missing; the message does not quote the line */
    static EngineStart parse(String json) {
        try {
            Line line = new Gson().fromJson(json, Line.class);
            if (line == null
                    || line.token == null
                    || line.token.length() < 16
                    || line.model == null
                    || line.pack == null
                    || line.contextTokens == null
                    || line.brokerFile == null) {
                throw new IllegalArgumentException("the start line is incomplete");
            }
            return new EngineStart(
                    line.token,
                    Path.of(line.model),
                    Path.of(line.pack),
                    options(line, line.contextTokens),
                    line.needBytes == null ? 0 : line.needBytes,
                    line.estimatedBytes == null ? 0 : line.estimatedBytes,
                    line.deviceBytes == null ? 0 : line.deviceBytes,
                    Path.of(line.brokerFile).toAbsolutePath());
        } catch (JsonParseException | InvalidPathException e) {
            throw new IllegalArgumentException(
                    "the start line cannot be read (" + e.getClass().getSimpleName() + ")");
        }
    }

    private static EngineOptions options(Line line, int contextTokens) {
        EngineOptions usual = EngineOptions.DEFAULT;
        return new EngineOptions(
                contextTokens,
                line.threads == null ? usual.threads() : line.threads,
                line.kvType == null ? usual.kvType() : line.kvType,
                line.slots == null ? usual.slots() : line.slots,
                line.idleSeconds == null ? usual.idleSeconds() : line.idleSeconds,
                line.device == null ? null : offload(line, line.device),
                new Speedup(
                        line.weights == null ? Weights.MAPPED : Weights.of(line.weights),
                        line.draft == null ? null : Path.of(line.draft)),
                false,
                line.snapshotFolder == null ? null : Path.of(line.snapshotFolder));
    }

    private static @Nullable String text(@Nullable Path path) {
        return path == null ? null : path.toString();
    }

    private static Offload offload(Line line, String device) {
        return new Offload(
                device,
                line.deviceDescription == null ? "" : line.deviceDescription,
                line.layers == null ? Offload.FITTING : line.layers,
                0);
    }

    @Override
    public String toString() {
        return "EngineStart[" + model.getFileName() + "]"; // never the token, nor paths
    }
}
