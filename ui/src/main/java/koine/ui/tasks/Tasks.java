package koine.ui.tasks;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import javafx.application.Platform;

/**
 * Where work runs: in the background when it may wait, on the window's thread when it changes what is shown. View
 * models get it handed in, so a test runs everything on its own thread and its own clock.
 */
public final class Tasks {
    private final Executor background;
    private final Executor ui;
    private final Timer timer;
    private final LongSupplier nanoTime;
    private int running;

    /** Runs something later, on whatever thread it likes. */
    @FunctionalInterface
    public interface Timer {
        void after(Duration delay, Runnable task);
    }

    /** @param nanoTime a clock that only its differences matter of, in nanoseconds */
    public Tasks(Executor background, Executor ui, Timer timer, LongSupplier nanoTime) {
        this.background = background;
        this.ui = ui;
        this.timer = timer;
        this.nanoTime = nanoTime;
    }

    /**
     * For the running program. Platform threads, not virtual ones: the database pins its carrier. Daemons, so that none
     * keeps the program alive after the window is closed.
     */
    public static Tasks ofDesktop() {
        AtomicInteger count = new AtomicInteger();
        Executor pool = Executors.newCachedThreadPool(work -> Thread.ofPlatform()
                .daemon()
                .name("koine-window-" + count.incrementAndGet())
                .unstarted(work));
        Timer timer = (delay, task) -> CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS, pool)
                .execute(task);
        return new Tasks(pool, Tasks::onWindowThread, timer, System::nanoTime);
    }

    private static void onWindowThread(Runnable work) {
        if (Platform.isFxApplicationThread()) {
            work.run();
        } else {
            Platform.runLater(work);
        }
    }

    /** Runs {@code work} in the background, then one of the others on the window's thread. */
    public <T> void run(Callable<T> work, Consumer<? super T> done, Consumer<Exception> failed) {
        background(() -> {
            T result;
            try {
                result = work.call();
            } catch (Exception e) {
                ui.execute(() -> failed.accept(e));
                return;
            } catch (Error e) { // who waits is told, too; what happens to the program is not decided here
                ui.execute(() -> failed.accept(new ExecutionException(e)));
                throw e;
            }
            ui.execute(() -> done.accept(result));
        });
    }

    public void background(Runnable work) {
        synchronized (this) {
            running++;
        }
        background.execute(() -> {
            try {
                work.run();
            } finally {
                synchronized (this) {
                    running--;
                    notifyAll();
                }
            }
        });
    }

    /**
     * Waits until nothing runs in the background, but not for ever. Not on the window's thread.
     *
     * @return whether all is done
     */
    public synchronized boolean awaitIdle(Duration longest) throws InterruptedException {
        long end = System.nanoTime() + longest.toNanos();
        while (running > 0) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    public void ui(Runnable work) {
        ui.execute(work);
    }

    /** Runs {@code work} on the window's thread, after a while. */
    public void later(Duration delay, Runnable work) {
        timer.after(delay, () -> ui.execute(work));
    }

    /** A brake for {@code action}, which runs on the window's thread at most once in each interval. */
    public Throttle throttle(Duration interval, Runnable action) {
        return new Throttle(interval, nanoTime, timer, () -> ui.execute(action));
    }

    public long nanoTime() {
        return nanoTime.getAsLong();
    }
}
