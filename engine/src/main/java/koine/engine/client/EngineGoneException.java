package koine.engine.client;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;

/** The engine process ended while its model was loading. */
final class EngineGoneException extends Exception {
    private static final long serialVersionUID = 1L;
    /** What a process ended by SIGKILL leaves: on Linux that is how memory is taken back. */
    private static final int KILLED = 137;

    private final @Nullable Integer exitCode;

    /** @param exitCode null when the process was not ours to watch */
    EngineGoneException(@Nullable Integer exitCode) {
        this.exitCode = exitCode;
    }

    /** What became of a process that was started just now; it is ended if it still runs. */
    static EngineGoneException of(Process process) throws InterruptedException {
        if (process.waitFor(2, TimeUnit.SECONDS)) {
            return new EngineGoneException(process.exitValue());
        }
        process.destroyForcibly();
        return new EngineGoneException(null);
    }

    Problem asProblem() {
        if (exitCode != null && exitCode == KILLED) {
            return new Problem("KOINE-E103", Map.of(), this);
        }
        return exitCode == null
                ? new Problem("KOINE-E111", Map.of(), this)
                : new Problem("KOINE-E104", Map.of("exitCode", exitCode), this);
    }
}
