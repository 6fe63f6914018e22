package koine.ui.tasks;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import javafx.application.Platform;
import javafx.scene.Scene;

/** JavaFX's own thread: started once a process, used from outside it. */
public final class Toolkit {
    private Toolkit() {}

    /**
     * Starts the toolkit unless it runs; returns when it does. It stays when the last window closes: {@link #exit} ends
     * it.
     */
    public static void start() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        try {
            Platform.startup(started::countDown);
        } catch (IllegalStateException alreadyRunning) {
            Platform.runLater(started::countDown);
        }
        started.await();
        Platform.setImplicitExit(false);
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
