package koine.ui.testing;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import javafx.scene.Node;
import javafx.scene.control.TextArea;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.stage.Window;
import koine.app.conversations.MessageState;
import koine.ui.JavaFxDesktop;
import koine.ui.tasks.Toolkit;
import koine.ui.theme.Style;

/** A program that opens the window, asks, and closes the window while the answer runs. It ends by itself or not at all. */
final class OpenAndClose {
    private OpenAndClose() {}

    public static void main(String[] args) throws Exception {
        MemoryAssistant assistant = new MemoryAssistant(Path.of(args[0]));
        String id = assistant.add(assistant.now, "Question", "Answer");
        CountDownLatch answering = new CountDownLatch(1);
        assistant.script = (observer, stop) -> {
            observer.onText("Half");
            answering.countDown();
            while (!stop.now()) {
                Thread.onSpinWait();
            }
        };
        Thread.ofPlatform().daemon().start(() -> {
            try {
                while (Window.getWindows().isEmpty()) {
                    Thread.onSpinWait();
                }
                Toolkit.call(() -> {
                    Node area = Window.getWindows().getFirst().getScene().lookup("." + Style.COMPOSER_TEXT);
                    ((TextArea) area).setText("Go on");
                    area.fireEvent(
                            new KeyEvent(KeyEvent.KEY_PRESSED, "", "", KeyCode.ENTER, false, false, false, false));
                    return true;
                });
                answering.await();
                Toolkit.call(() -> {
                    Window.getWindows().getFirst().hide();
                    return true;
                });
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        int code = new JavaFxDesktop().open(assistant, null);
        boolean interrupted = assistant.list().stream()
                .filter(one -> !one.id().equals(id))
                .allMatch(one -> assistant.messages(one.id()).getLast().state() == MessageState.INTERRUPTED);
        System.out.println("code=" + code + " closed=" + assistant.closed + " interrupted=" + interrupted
                + " conversations=" + assistant.list().size());
    }
}
