package koine.ui.tasks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import koine.ui.testing.TestTasks;
import org.junit.jupiter.api.Test;

class ThrottleTest {
    private final TestTasks clock = new TestTasks();
    private final AtomicInteger runs = new AtomicInteger();
    private final Throttle throttle = clock.tasks.throttle(Duration.ofMillis(50), runs::incrementAndGet);

    @Test
    void theFirstRequestRunsAtOnce() {
        throttle.request();
        assertEquals(1, runs.get());
    }

    @Test
    void threeHundredRequestsInASecondRunAtMostTwentyTimes() {
        for (int i = 0; i < 300; i++) {
            throttle.request();
            clock.pass(Duration.ofNanos(1_000_000_000L / 300));
        }
        assertTrue(runs.get() <= 20, runs + " runs");
        assertTrue(runs.get() >= 19, runs + " runs");
    }

    @Test
    void theLastRequestIsNeverLost() {
        throttle.request();
        throttle.request();
        assertEquals(1, runs.get());
        clock.pass(Duration.ofMillis(50));
        assertEquals(2, runs.get());
        clock.pass(Duration.ofSeconds(5));
        assertEquals(2, runs.get());
    }
}
