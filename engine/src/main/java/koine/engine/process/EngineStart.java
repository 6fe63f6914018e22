package koine.engine.process;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What an engine process is told through its standard input, in one line: arguments and environment can be read by
 * others.
 *
 * @param token what its clients will bear
 * @param contextTokens wanted context; 0 is the engine's choice
 * @param threads of the processor; 0 is the engine's choice
 */
public record EngineStart(String token, Path model, Path pack, int contextTokens, int threads, Path brokerFile) {
    /** The JSON of it: paths as text. */
    private record Line(
            @Nullable String token,
            @Nullable String model,
            @Nullable String pack,
            @Nullable Integer contextTokens,
            @Nullable Integer threads,
            @Nullable String brokerFile) {}

    public String toJson() {
        return new Gson()
                .toJson(new Line(
                        token, model.toString(), pack.toString(), contextTokens, threads, brokerFile.toString()));
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
                    || line.contextTokens < 0
                    || line.threads == null
                    || line.threads < 0
                    || line.brokerFile == null) {
                throw new IllegalArgumentException("the start line is incomplete");
            }
            return new EngineStart(
                    line.token,
                    Path.of(line.model),
                    Path.of(line.pack),
                    line.contextTokens,
                    line.threads,
                    Path.of(line.brokerFile).toAbsolutePath());
        } catch (JsonParseException | InvalidPathException e) {
            throw new IllegalArgumentException(
                    "the start line cannot be read (" + e.getClass().getSimpleName() + ")");
        }
    }
}
