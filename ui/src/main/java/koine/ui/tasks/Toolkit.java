package koine.ui.tasks;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import javafx.application.Platform;
import javafx.scene.Scene;

/** JavaFX's own thread: started once a process, used from outside it. */
public final class Toolkit {
    /** A display that is there answers in far less. */
    private static final Duration LONGEST_START = Duration.ofSeconds(15);

    private Toolkit() {}

    /**
     * Starts the toolkit unless it runs; returns when it does. It stays when the last window closes: {@link #exit} ends
     * it. It must not be ended when it did not start: that would wait for ever.
     *
     * @throws ExecutionException it does not start here; its cause says why
     */
    public static void start() throws InterruptedException, ExecutionException {
        CompletableFuture<Boolean> started = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("koine-toolkit-start").start(() -> {
            try {
                startup(() -> started.complete(true));
            } catch (RuntimeException | Error e) {
                started.completeExceptionally(e);
            }
        });
        try {
            started.get(LONGEST_START.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new ExecutionException("it did not start in time", e);
        }
        Platform.setImplicitExit(false);
    }

    private static void startup(Runnable started) {
        try {
            Platform.startup(started);
        } catch (IllegalStateException alreadyRunning) {
            Platform.runLater(started);
        }
    }

    /** Runs {@code work} on the window's thread and waits for it. */
    public static <T> T call(Callable<T> work) throws InterruptedException, ExecutionException {
        CompletableFuture<T> result = new CompletableFuture<>();
        Platform.runLater(() -> {
            try {
                result.complete(work.call());
            } catch (Exception | Error e) {
                result.completeExceptionally(e);
            }
        });
        return result.get();
    }

    /** Waits until the scene was styled, laid out and drawn {@code times} times more. */
    public static void awaitPulses(Scene scene, int times) throws InterruptedException {
        CountDownLatch drawn = new CountDownLatch(times);
        AtomicBoolean ended = new AtomicBoolean();
        Runnable listener = () -> {
            drawn.countDown();
            if (!ended.get()) {
                Platform.requestNextPulse();
            }
        };
        Platform.runLater(() -> {
            scene.addPostLayoutPulseListener(listener);
            Platform.requestNextPulse();
        });
        try {
            drawn.await();
        } finally {
            ended.set(true);
            Platform.runLater(() -> scene.removePostLayoutPulseListener(listener));
        }
    }

    public static void exit() {
        Platform.exit();
    }
}
