package koine.ui.testing;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import koine.ui.tasks.Tasks;

/** Everything on the calling thread, and a clock that only the test moves. */
public final class TestTasks {
    private record Due(long nanos, Runnable work) {}

    private final PriorityQueue<Due> waiting = new PriorityQueue<>(Comparator.comparingLong(Due::nanos));
    private long now;
    public final Tasks tasks = new Tasks(
            Runnable::run,
            Runnable::run,
            (delay, work) -> waiting.add(new Due(now + delay.toNanos(), work)),
            () -> now);

    /** Moves the clock, and does what is due on the way. */
    public void pass(Duration time) {
        long until = now + time.toNanos();
        for (Due next = waiting.peek(); next != null && next.nanos <= until; next = waiting.peek()) {
            waiting.remove(next);
            now = next.nanos;
            next.work.run();
        }
        now = until;
    }
}
