package koine.app.conversations;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The process that writes an answer, told from later processes with the same number by its start.
 *
 * @param startedMillis since 1970; 0 where the system does not tell
 */
record Writer(long pid, long startedMillis) {
    /** Systems derive the start from the clock, which may be set meanwhile. */
    private static final Duration CLOCK_CHANGE = Duration.ofSeconds(3);

    static Writer self() {
        return of(ProcessHandle.current());
    }

    private static Writer of(ProcessHandle process) {
        return new Writer(
                process.pid(),
                process.info().startInstant().map(Instant::toEpochMilli).orElse(0L));
    }

    boolean alive() {
        Optional<ProcessHandle> process = ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
        if (process.isEmpty()) {
            return false;
        }
        if (process.get().info().command().isEmpty()
                && ProcessHandle.current().info().command().isPresent()) {
            return false; // a zombie: dead, but nobody has collected its exit status yet
        }
        long started = of(process.get()).startedMillis();
        return started == 0 || startedMillis == 0 || Math.abs(started - startedMillis) <= CLOCK_CHANGE.toMillis();
    }
}
